"""Warnings of scikit-neuromsi's own code are not ours to mend; all others are errors."""


def pytest_configure(config):
    config.addinivalue_line("filterwarnings", r"ignore:::skneuromsi\.")
