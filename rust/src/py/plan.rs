//! Member names of results, as Python gives them.

use pyo3::prelude::*;

use crate::results::{Arrays, Plan};

/// Members of one result: text, data, further arrays.
pub(super) type PyPlan = (String, String, PyArrays);

/// Text before and behind the number in names of an archive, or [(member, name)].
#[derive(FromPyObject)]
pub(super) enum PyArrays {
    Numbered(String, String),
    Listed(Vec<(String, String)>),
}

pub(super) fn plans(plans: Vec<PyPlan>) -> Vec<Plan> {
    plans.into_iter().map(plan).collect()
}

pub(super) fn plan((text, data, arrays): PyPlan) -> Plan {
    let arrays = match arrays {
        PyArrays::Numbered(prefix, suffix) => Arrays::Numbered { prefix, suffix },
        PyArrays::Listed(listed) => Arrays::Listed(listed),
    };
    Plan { text, data, arrays }
}
