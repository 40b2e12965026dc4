//! Ledger: what each stage did and what it cost, for the report.

use crate::flow::Stage;
use crate::step::Cost;
use media::Digest;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, PoisonError};

/// The account of one stage.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Account {
    /// Steps asked for.
    pub steps: u64,
    /// Steps whose outputs were in the store already.
    pub steps_cached: u64,
    /// Seconds from the stage's start to its end in this run.
    pub wall_s: f64,
    /// Processor seconds that child processes spent in this run.
    pub cpu_s: f64,
    /// Processor seconds that the stage's steps cost when they were made, in this run or an earlier one.
    pub cpu_s_made: f64,
    /// Highest resident memory of any one child process, in bytes.
    pub memory_bytes_peak: u64,
}

/// Accounts by stage.
#[derive(Debug, Default)]
pub struct Ledger {
    accounts: Mutex<BTreeMap<Stage, Account>>,
    booked: Mutex<HashSet<Digest>>,
}

impl Ledger {
    /// Books the step called `key`, once: a run that comes by the same step again has not asked for another one.
    pub fn book(&self, stage: Stage, key: Digest, cost: &Cost, cached: bool) {
        if !self.booked.lock().unwrap_or_else(PoisonError::into_inner).insert(key) {
            return;
        }
        self.change(stage, |account| {
            account.steps += 1;
            account.cpu_s_made += cost.cpu_s;
            account.memory_bytes_peak = account.memory_bytes_peak.max(cost.memory_bytes_peak);
            if cached {
                account.steps_cached += 1;
            } else {
                account.cpu_s += cost.cpu_s;
            }
        });
    }

    /// Books what it cost to do a step once more that was booked already.
    pub fn book_again(&self, stage: Stage, cost: &Cost) {
        self.change(stage, |account| account.cpu_s += cost.cpu_s);
    }

    /// Adds to a stage's wall time; a stage that is entered again goes on with its account.
    pub fn book_wall(&self, stage: Stage, wall_s: f64) {
        self.change(stage, |account| account.wall_s += wall_s);
    }

    /// The account of `stage`.
    pub fn account(&self, stage: Stage) -> Account {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.get(&stage).copied().unwrap_or_default()
    }

    fn change(&self, stage: Stage, change: impl FnOnce(&mut Account)) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        change(accounts.entry(stage).or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cached_step_costs_nothing_now() {
        let ledger = Ledger::default();
        let cost = Cost { wall_s: 2.0, cpu_s: 3.0, memory_bytes_peak: 5 };
        ledger.book(Stage::Encode, Digest([1; 32]), &cost, false);
        ledger.book(Stage::Encode, Digest([2; 32]), &cost, true);
        ledger.book(Stage::Encode, Digest([2; 32]), &cost, true);
        ledger.book_wall(Stage::Encode, 1.5);
        ledger.book_wall(Stage::Encode, 0.5);
        let expected = Account {
            steps: 2,
            steps_cached: 1,
            wall_s: 2.0,
            cpu_s: 3.0,
            cpu_s_made: 6.0,
            memory_bytes_peak: 5,
        };
        assert_eq!(ledger.account(Stage::Encode), expected);
        assert_eq!(ledger.account(Stage::Ladder), Account::default());
    }
}
