from tests.lab.test_pages import *
