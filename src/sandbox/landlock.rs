//! Landlock: what a process forbids itself, for good, and with it whatever it starts. The kernel does it, and no namespace is needed.

use std::path::PathBuf;

/// What stays allowed.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    /// Files and directories to read, and to run programs from.
    pub(super) readable: Vec<PathBuf>,
    /// Files and directories to do everything with.
    pub(super) writable: Vec<PathBuf>,
    /// The TCP ports that may be connected to; every one where there is no list.
    pub(super) ports: Option<Vec<u16>>,
}

/// The first version that forbids TCP.
pub(super) const WITH_NETWORK: i32 = 4;

/// Which version of Landlock this kernel has, or why there is none.
pub(super) fn probe() -> Result<i32, String> {
    // A thread restricts itself alone.
    let restricted = std::thread::spawn(|| restrict(&Rules::default())).join();
    restricted.unwrap_or_else(|_| Err("it cannot be asked for".to_owned()))?.ok_or_else(|| {
        "this kernel has it switched off (add `landlock` to its list `lsm=`), or is older than Linux 5.13".to_owned()
    })
}

/// Restricts this thread and whatever it starts from now on. Gives the version that the kernel has, if it has any: what a
/// version does not know is left out.
#[cfg(target_os = "linux")]
pub(super) fn restrict(rules: &Rules) -> Result<Option<i32>, String> {
    enforce(rules).map_err(|error| format!("Landlock failed ({error})"))
}

#[cfg(target_os = "linux")]
fn enforce(rules: &Rules) -> Result<Option<i32>, landlock::RulesetError> {
    use landlock::{
        ABI, Access as _, AccessFs, AccessNet, LandlockStatus, NetPort, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _,
        RulesetError, Scope, path_beneath_rules,
    };
    let newest = ABI::V9;
    let mut ruleset = Ruleset::default().handle_access(AccessFs::from_all(newest))?.scope(Scope::from_all(newest))?;
    if rules.ports.is_some() {
        ruleset = ruleset.handle_access(AccessNet::from_all(newest))?;
    }
    let ports = rules.ports.iter().flatten().map(|port| Ok::<_, RulesetError>(NetPort::new(*port, AccessNet::ConnectTcp)));
    let status = ruleset
        .create()?
        .add_rules(path_beneath_rules(&rules.readable, AccessFs::from_read(newest)))?
        .add_rules(path_beneath_rules(&rules.writable, AccessFs::from_all(newest)))?
        .add_rules(ports)?
        .restrict_self()?;
    Ok(match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => Some(effective_abi as i32),
        LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => None,
    })
}

#[cfg(not(target_os = "linux"))]
pub(super) fn restrict(_rules: &Rules) -> Result<Option<i32>, String> {
    Ok(None)
}
