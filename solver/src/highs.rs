//! The only file that talks to HiGHS, through its C interface. One instance per solve, single-threaded, on one OS thread.
//!
//! Every `unsafe` block states what makes it sound. The instance is destroyed on drop, the callback's context outlives
//! the run, and pointers handed to the callback are copied before it returns.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};

use highs_sys as ffi;

use crate::model::Model;

/// The release whose behaviour results rely on.
pub const VERSION: &str = "1.15.0";

/// Reductions of presolve that have crashed (forcing row, 6) or lost optima of small models (sparsify, 14; probing, 15) in
/// this release, as the bits of `presolve_rule_off`. See [`confirmed`](crate::confirmed).
const UNSOUND_RULES: i32 = 1 << 6 | 1 << 14 | 1 << 15;

/// Limits and settings of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Seconds; `None` for none.
    pub time_limit: Option<f64>,
    /// Relative gap at which to stop.
    pub gap: f64,
    /// Absolute gap at which to stop, in units of the objective.
    pub absolute_gap: f64,
    /// Seed of the solver's own random choices.
    pub seed: u32,
    /// Whether to presolve.
    pub presolve: bool,
    /// Whether to run the heuristics that have crashed in this release (RINS, feasibility jump).
    pub fragile_heuristics: bool,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Proven within the gap.
    Optimal,
    /// No point satisfies the rows.
    Infeasible,
    /// The objective has no bound.
    Unbounded,
    /// The time limit ended it.
    TimeLimit,
    /// The watcher ended it.
    Interrupted,
    /// The solver gave up; the code is its own.
    Failed(i32),
}

/// What a run gave. Objective and bound are in scaled money.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// The best point, if any.
    pub solution: Option<Vec<f64>>,
    /// Proven lower bound; `-∞` if none.
    pub bound: f64,
    /// Branch-and-bound nodes.
    pub nodes: i64,
    /// Simplex iterations.
    pub iterations: i64,
    /// Seconds by the solver's own clock.
    pub seconds: f64,
}

/// Sees a run from inside.
pub trait Watch {
    /// A better point was found.
    fn improving(&mut self, solution: &[f64], bound: f64, iterations: i64);
    /// Asked often; true ends the run with the best point so far.
    fn stop(&mut self, bound: f64, iterations: i64) -> bool;
}

/// The version of the HiGHS that is linked.
pub fn version() -> String {
    // SAFETY: returns a pointer to a static, NUL-terminated string.
    unsafe { CStr::from_ptr(ffi::Highs_version()) }.to_string_lossy().into_owned()
}

struct Instance(*mut c_void);

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: the pointer came from Highs_create and is destroyed once.
        unsafe { ffi::Highs_destroy(self.0) }
    }
}

impl Instance {
    fn new() -> Self {
        // SAFETY: has no preconditions.
        Self(unsafe { ffi::Highs_create() })
    }

    fn flag(&self, name: &CStr, value: bool) {
        // SAFETY: live instance, NUL-terminated name; an unknown option is refused, not undefined.
        unsafe { ffi::Highs_setBoolOptionValue(self.0, name.as_ptr(), c_int::from(value)) };
    }

    fn int(&self, name: &CStr, value: i32) {
        // SAFETY: as above.
        unsafe { ffi::Highs_setIntOptionValue(self.0, name.as_ptr(), value) };
    }

    fn double(&self, name: &CStr, value: f64) {
        // SAFETY: as above.
        unsafe { ffi::Highs_setDoubleOptionValue(self.0, name.as_ptr(), value) };
    }

    fn text(&self, name: &CStr, value: &str) {
        if let Ok(value) = CString::new(value) {
            // SAFETY: as above; HiGHS copies the value.
            unsafe { ffi::Highs_setStringOptionValue(self.0, name.as_ptr(), value.as_ptr()) };
        }
    }

    /// Silent, on one thread.
    fn quiet(&self) {
        self.flag(c"output_flag", false);
        self.int(c"threads", 1);
        self.text(c"parallel", "off");
    }

    /// Hands over a model; false if HiGHS refuses it.
    fn pass(&self, model: &Model) -> bool {
        let integrality: Vec<c_int> = model.integer.iter().map(|i| c_int::from(*i)).collect();
        let sizes = [model.columns(), model.rows(), model.index.len()].map(i32::try_from);
        let [Ok(num_col), Ok(num_row), Ok(num_nz)] = sizes else { return false };
        let empty = [0];
        let row_start = if model.start.is_empty() { &empty[..] } else { &model.start[..] };
        // SAFETY: live instance; all arrays have the lengths that num_col, num_row and num_nz state (row-wise format);
        // HiGHS copies them.
        let status = unsafe {
            ffi::Highs_passMip(
                self.0,
                num_col,
                num_row,
                num_nz,
                ffi::MATRIX_FORMAT_ROW_WISE,
                ffi::OBJECTIVE_SENSE_MINIMIZE,
                model.offset,
                model.cost.as_ptr(),
                model.lower.as_ptr(),
                model.upper.as_ptr(),
                model.row_lower.as_ptr(),
                model.row_upper.as_ptr(),
                row_start.as_ptr(),
                model.index.as_ptr(),
                model.value.as_ptr(),
                integrality.as_ptr(),
            )
        };
        status != ffi::STATUS_ERROR
    }

    fn double_info(&self, name: &CStr) -> Option<f64> {
        let mut value = 0.0;
        // SAFETY: live instance, NUL-terminated name, a place for one double.
        let status = unsafe { ffi::Highs_getDoubleInfoValue(self.0, name.as_ptr(), &raw mut value) };
        (status == 0).then_some(value)
    }

    fn long_info(&self, name: &CStr) -> i64 {
        let mut value = 0;
        // SAFETY: as above, a place for one int64.
        unsafe { ffi::Highs_getInt64InfoValue(self.0, name.as_ptr(), &raw mut value) };
        value
    }
}

struct Context<'a> {
    watch: &'a mut dyn Watch,
    columns: usize,
    panicked: bool,
    iterations: i64,
}

unsafe extern "C" fn callback(
    kind: c_int,
    _message: *const c_char,
    out: *const ffi::HighsCallbackDataOut,
    input: *mut ffi::HighsCallbackDataIn,
    context: *mut c_void,
) {
    // SAFETY: `context` is the Context that `run` passed and keeps alive; HiGHS calls back only on the thread of `run`,
    // one call at a time, so the unique borrow is unique. `out` is valid during the call.
    let (context, out) = unsafe { (&mut *context.cast::<Context<'_>>(), &*out) };
    // A panic must not unwind into C++.
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        // LP runs report their own counter, MIP runs the total; each leaves the figures of the other as they lay in memory.
        let (done, bound) = match kind {
            ffi::kHighsCallbackSimplexInterrupt => (i64::from(out.simplex_iteration_count), f64::NEG_INFINITY),
            _ => (out.mip_total_lp_iterations, out.mip_dual_bound),
        };
        context.iterations = done.max(context.iterations);
        let iterations = context.iterations;
        if kind == ffi::kHighsCallbackMipImprovingSolution && !out.mip_solution.is_null() {
            // SAFETY: HiGHS gives one value per column, valid during the call; it is only read here.
            let solution = unsafe { std::slice::from_raw_parts(out.mip_solution, context.columns) };
            context.watch.improving(solution, bound, iterations);
        }
        context.watch.stop(bound, iterations)
    }));
    context.panicked |= caught.is_err();
    if !input.is_null() && caught.unwrap_or(true) {
        // SAFETY: non-null and valid during the call.
        unsafe { (*input).user_interrupt = 1 };
    }
}

/// Solves a model, as HiGHS says: good enough for hints; what is proven goes through [`confirmed`](crate::confirmed). `start` is a full point to start from; an infeasible one is ignored by HiGHS.
pub(crate) fn run(model: &Model, settings: &Settings, start: Option<&[f64]>, watch: &mut dyn Watch) -> Outcome {
    let failed = |code| Outcome {
        status: Status::Failed(code),
        solution: None,
        bound: f64::NEG_INFINITY,
        nodes: 0,
        iterations: 0,
        seconds: 0.0,
    };
    if model.columns() == 0 {
        // HiGHS gives no point for a model without columns; its one point is the empty one.
        let holds = model.row_lower.iter().all(|l| *l <= 0.0) && model.row_upper.iter().all(|u| *u >= 0.0);
        return Outcome {
            status: if holds { Status::Optimal } else { Status::Infeasible },
            solution: holds.then(Vec::new),
            bound: if holds { model.offset } else { f64::NEG_INFINITY },
            nodes: 0,
            iterations: 0,
            seconds: 0.0,
        };
    }
    let highs = Instance::new();
    highs.quiet();
    highs.int(c"random_seed", i32::try_from(settings.seed & 0x7fff_ffff).unwrap_or(0));
    highs.text(c"presolve", if settings.presolve { "on" } else { "off" });
    highs.double(c"mip_rel_gap", settings.gap);
    highs.double(c"mip_abs_gap", settings.absolute_gap);
    highs.flag(c"mip_heuristic_run_rins", settings.fragile_heuristics);
    highs.flag(c"mip_heuristic_run_feasibility_jump", settings.fragile_heuristics);
    if let Some(seconds) = settings.time_limit {
        highs.double(c"time_limit", seconds.max(0.0));
    }

    let is_mip = model.integer.contains(&true);
    if is_mip {
        highs.int(c"presolve_rule_off", UNSOUND_RULES);
    }
    let (columns, rows) = (model.columns(), model.rows());
    if !highs.pass(model) {
        return failed(-2);
    }
    if let Some(start) = start.filter(|s| s.len() == columns) {
        // SAFETY: one value per column; the other arrays may be null.
        unsafe {
            ffi::Highs_setSolution(highs.0, start.as_ptr(), std::ptr::null(), std::ptr::null(), std::ptr::null())
        };
    }

    let mut context = Context { watch, columns, panicked: false, iterations: 0 };
    // SAFETY: the callback has the C signature; the context lives until after the run below.
    unsafe {
        ffi::Highs_setCallback(highs.0, Some(callback), (&raw mut context).cast());
        for kind in [
            ffi::kHighsCallbackMipImprovingSolution,
            ffi::kHighsCallbackMipInterrupt,
            ffi::kHighsCallbackMipLogging,
            ffi::kHighsCallbackSimplexInterrupt,
        ] {
            ffi::Highs_startCallback(highs.0, kind);
        }
    }
    // SAFETY: live instance with a model.
    let status = unsafe { ffi::Highs_run(highs.0) };
    let iterations = context.iterations;
    if context.panicked {
        return failed(-3);
    }
    // SAFETY: live instance.
    let model_status = unsafe { ffi::Highs_getModelStatus(highs.0) };
    let status = match model_status {
        ffi::kHighsModelStatusOptimal | ffi::kHighsModelStatusModelEmpty => Status::Optimal,
        ffi::kHighsModelStatusInfeasible => Status::Infeasible,
        // Every column with a cost has bounds, so the first half of “unbounded or infeasible” cannot be.
        ffi::kHighsModelStatusUnboundedOrInfeasible => Status::Infeasible,
        ffi::kHighsModelStatusUnbounded => Status::Unbounded,
        ffi::kHighsModelStatusTimeLimit => Status::TimeLimit,
        ffi::kHighsModelStatusInterrupt => Status::Interrupted,
        code => Status::Failed(if status == ffi::STATUS_ERROR { -1 } else { code }),
    };
    let has_point = {
        let mut value: c_int = 0;
        // SAFETY: live instance, NUL-terminated name, a place for one int.
        unsafe { ffi::Highs_getIntInfoValue(highs.0, c"primal_solution_status".as_ptr(), &raw mut value) };
        value == 2
    };
    let solution = has_point.then(|| {
        let mut point = vec![0.0; columns];
        let mut row_value = vec![0.0; rows];
        // SAFETY: room for one value per column and row; duals are not asked for.
        unsafe {
            ffi::Highs_getSolution(
                highs.0,
                point.as_mut_ptr(),
                std::ptr::null_mut(),
                row_value.as_mut_ptr(),
                std::ptr::null_mut(),
            );
        }
        point
    });
    let bound = match (is_mip, status) {
        (true, _) => highs.double_info(c"mip_dual_bound"),
        (false, Status::Optimal) => highs.double_info(c"objective_function_value"),
        (false, _) => None,
    };
    Outcome {
        status,
        solution,
        bound: bound.unwrap_or(f64::NEG_INFINITY),
        nodes: highs.long_info(c"mip_node_count").max(0),
        iterations,
        // SAFETY: live instance.
        seconds: unsafe { ffi::Highs_getRunTime(highs.0) },
    }
}

/// Simplex iterations that take about as long as a run of a [`Lp`] without any.
const RUN: u64 = 20;

/// HiGHS's number for the primal simplex method.
const PRIMAL: i32 = 4;

/// How a run of a [`Lp`] ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LpStatus {
    /// At a point that is optimal within the solver's tolerances.
    Optimal,
    /// No point satisfies the rows.
    Infeasible,
    /// Anything else; its duals may still be used, its point not.
    Other,
}

/// A basis of a [`Lp`]: the status of each column and each row.
#[derive(Debug, Clone)]
pub(crate) struct Basis(Vec<c_int>, Vec<c_int>);

/// A linear program that is handed over once and solved again and again, each time from the basis of the last run.
pub(crate) struct Lp {
    highs: Instance,
    columns: usize,
    rows: usize,
}

// SAFETY: an instance is owned by its `Lp` alone and keeps no reference to the thread that made it; `Lp` is not `Sync`, so
// that one thread at a time calls into it.
unsafe impl Send for Lp {}

impl Lp {
    /// Hands over the LP relaxation of a model; `None` if HiGHS refuses it.
    pub(crate) fn new(model: &Model) -> Option<Self> {
        let relaxed = Model { integer: vec![false; model.columns()], offset: 0.0, ..model.clone() };
        let highs = Instance::new();
        highs.quiet();
        // Presolve would throw the basis away.
        highs.text(c"presolve", "off");
        highs.pass(&relaxed).then_some(Self { highs, columns: model.columns(), rows: model.rows() })
    }

    /// Replaces all costs.
    pub(crate) fn costs(&mut self, cost: &[f64]) {
        let Some(last) = self.columns.checked_sub(1).filter(|_| cost.len() == self.columns) else { return };
        let last = i32::try_from(last).unwrap_or(-1);
        // SAFETY: live instance; one cost per column from 0 to the last.
        unsafe { ffi::Highs_changeColsCostByRange(self.highs.0, 0, last, cost.as_ptr()) };
    }

    /// Replaces the bounds of all columns.
    pub(crate) fn column_bounds(&mut self, lower: &[f64], upper: &[f64]) {
        let whole = lower.len() == self.columns && upper.len() == self.columns;
        let Some(last) = self.columns.checked_sub(1).filter(|_| whole) else { return };
        let last = i32::try_from(last).unwrap_or(-1);
        // SAFETY: live instance; two bounds per column from 0 to the last.
        unsafe { ffi::Highs_changeColsBoundsByRange(self.highs.0, 0, last, lower.as_ptr(), upper.as_ptr()) };
    }

    /// Replaces the bounds of all rows.
    pub(crate) fn row_bounds(&mut self, lower: &[f64], upper: &[f64]) {
        let whole = lower.len() == self.rows && upper.len() == self.rows;
        let Some(last) = self.rows.checked_sub(1).filter(|_| whole) else { return };
        let last = i32::try_from(last).unwrap_or(-1);
        // SAFETY: live instance; two bounds per row from 0 to the last.
        unsafe { ffi::Highs_changeRowsBoundsByRange(self.highs.0, 0, last, lower.as_ptr(), upper.as_ptr()) };
    }

    /// Adds a column, from 0 without limit, with its entries by row.
    pub(crate) fn add_column(&mut self, cost: f64, entries: &[(usize, f64)]) {
        let inside = entries.iter().filter(|(row, _)| *row < self.rows);
        let (index, value): (Vec<c_int>, Vec<f64>) = inside.map(|(r, v)| (*r as c_int, *v)).unzip();
        let (lower, upper, start) = (0.0, f64::INFINITY, 0);
        // SAFETY: live instance; one cost, two bounds and one start; index and value have the stated length and rows exist.
        let status = unsafe {
            ffi::Highs_addCols(
                self.highs.0,
                1,
                &raw const cost,
                &raw const lower,
                &raw const upper,
                index.len() as c_int,
                &raw const start,
                index.as_ptr(),
                value.as_ptr(),
            )
        };
        if status != ffi::STATUS_ERROR {
            self.columns += 1;
        }
    }

    /// Runs from now on are by the primal simplex method.
    pub(crate) fn primal(&mut self) {
        self.highs.int(c"simplex_strategy", PRIMAL);
    }

    /// The value of the last run.
    pub(crate) fn value(&self) -> Option<f64> {
        self.highs.double_info(c"objective_function_value")
    }

    /// Solves from the last basis and gives the work beside: simplex iterations, and some for the run itself.
    pub(crate) fn run(&mut self) -> (LpStatus, u64) {
        // SAFETY: live instance with a model.
        let ran = unsafe { ffi::Highs_run(self.highs.0) };
        // SAFETY: live instance.
        let status = match unsafe { ffi::Highs_getModelStatus(self.highs.0) } {
            _ if ran == ffi::STATUS_ERROR => LpStatus::Other,
            ffi::kHighsModelStatusOptimal => LpStatus::Optimal,
            ffi::kHighsModelStatusInfeasible => LpStatus::Infeasible,
            _ => LpStatus::Other,
        };
        let mut iterations: c_int = 0;
        // SAFETY: live instance, NUL-terminated name, a place for one int.
        unsafe {
            ffi::Highs_getIntInfoValue(self.highs.0, c"simplex_iteration_count".as_ptr(), &raw mut iterations);
        }
        (status, RUN + u64::try_from(iterations).unwrap_or(0))
    }

    /// The point and the duals of the rows as the last run left them.
    pub(crate) fn point(&self) -> (Vec<f64>, Vec<f64>) {
        let (mut point, mut duals) = (vec![0.0; self.columns], vec![0.0; self.rows]);
        // SAFETY: live instance; room for one value per column and row; the others are not asked for.
        unsafe {
            ffi::Highs_getSolution(
                self.highs.0,
                point.as_mut_ptr(),
                std::ptr::null_mut(),
                std::ptr::null_mut(),
                duals.as_mut_ptr(),
            );
        }
        (point, duals)
    }

    /// The basis as the last run left it.
    pub(crate) fn basis(&self) -> Option<Basis> {
        let mut basis = Basis(vec![0; self.columns], vec![0; self.rows]);
        // SAFETY: live instance; room for one status per column and row.
        let status = unsafe { ffi::Highs_getBasis(self.highs.0, basis.0.as_mut_ptr(), basis.1.as_mut_ptr()) };
        (status != ffi::STATUS_ERROR).then_some(basis)
    }

    /// Starts the next run from this basis.
    pub(crate) fn start_from(&mut self, basis: &Basis) {
        if basis.0.len() == self.columns && basis.1.len() == self.rows {
            // SAFETY: live instance; one status per column and row.
            unsafe { ffi::Highs_setBasis(self.highs.0, basis.0.as_ptr(), basis.1.as_ptr()) };
        }
    }
}
