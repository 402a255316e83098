//! PyO3 binding: the only room that names pyo3.
