//! One visit: tries the ways to a server in turn, grades what it lists, and says what to make of it.

use super::plan::Plan;
use super::{Options, grading};
use crate::circumstances::Circumstances;
use crate::failure::{Failure, Stage};
use crate::listing::{Listing, Unlisted};
use crate::registry::Way;
use crate::registry::fill::Filler;
use crate::report::hints;
use crate::scan::{self, Scan};
use crate::store::{Claim, Visited};
use crate::target::Target;
use futures_util::FutureExt as _;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

/// Ways tried for one server.
const MOST_WAYS: usize = 4;

/// The wait before the second try where the server asks for none; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(2);

/// The longest wait, whatever a server asks for.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// What is known of a way that was tried.
struct Tried {
    scan: Scan,
    circumstances: Circumstances,
}

/// Visits a target. A way that lists nothing leads to the next one; what the first of them said is why, but that somebody asks
/// for credentials says more.
pub(super) async fn visit(claim: &Claim, local: Option<Arc<Target>>, options: &Options) -> Visited {
    let mut tried = VecDeque::new();
    if let Some(target) = local {
        tried.push_back(visit_target(&target, options, Circumstances::default()).await);
    } else {
        match claim.plan.as_deref().map(serde_json::from_str::<Plan>) {
            Some(Ok(plan)) => tried.extend(visit_ways(claim, &plan, options).await),
            _ => tried.push_back(planned(
                claim,
                "unknown-plan",
                "the catalogue does not say how to visit it: name its source again",
            )),
        }
    }
    let is_better = |tried: &Tried| !tried.scan.listings.is_empty();
    let best = tried.iter().position(is_better).or_else(|| tried.iter().position(|tried| !tried.scan.challenges.is_empty()));
    match tried.remove(best.unwrap_or(0)) {
        Some(best) => outcome(claim, best, options).await,
        None => outcome(claim, planned(claim, "nothing-to-run", "its index names neither a package nor a URL"), options).await,
    }
}

async fn visit_ways(claim: &Claim, plan: &Plan, options: &Options) -> Vec<Tried> {
    let mut tried = Vec::new();
    for way in plan.ways.iter().take(MOST_WAYS) {
        let next = visit_way(claim, way, options).await;
        let is_listed = !next.scan.listings.is_empty();
        tried.push(next);
        if is_listed {
            break;
        }
    }
    tried
}

async fn visit_way(claim: &Claim, way: &Way, options: &Options) -> Tried {
    let mut filler = Filler::new(options.placeholders);
    let mut target = match filler.target(&claim.name, way) {
        Ok(target) => target,
        Err((reason, message)) => return planned(claim, reason, &message),
    };
    if let Target::Url(target) = &mut target {
        target.public_only = !options.allow_private;
    }
    let circumstances = Circumstances { placeholders: filler.made_up, ..Circumstances::default() };
    let mut tried = visit_target(&target, options, circumstances).await;
    let is_started = tried.scan.package.is_some() && tried.scan.listings.iter().all(|listing| listing.tools.is_empty());
    if let Some(failure) = tried.scan.failures.last_mut().filter(|_| is_started) {
        if !filler.missing.is_empty() {
            failure.message = format!("it wants {}\n{}", filler.missing.join(", "), failure.message);
        }
        if !filler.missing.is_empty() || hints::misses_a_credential(&failure.message) {
            "needs-credentials".clone_into(&mut failure.reason);
            tried.scan.is_passing = false;
        }
    }
    tried
}

async fn visit_target(target: &Target, options: &Options, mut circumstances: Circumstances) -> Tried {
    let mut scan =
        scan::visit_one(target, &scan::Options { timeout: options.timeout, isolation: options.isolation.clone() }, &|_| {}).await;
    if let (Target::Url(target), Some(challenge)) = (target, scan.challenges.first_mut()) {
        // It only adds to what is known: no reason to wait for long.
        let _ = tokio::time::timeout(options.timeout.min(Duration::from_secs(10)), challenge.read_metadata(target)).await;
        circumstances.challenge = Some(challenge.clone());
    }
    circumstances.isolation = scan.isolation.clone();
    circumstances.package = scan.package.clone();
    Tried { scan, circumstances }
}

/// A way that cannot be tried, and why.
fn planned(claim: &Claim, reason: &str, message: &str) -> Tried {
    let failure =
        Failure { target: claim.name.clone(), stage: Stage::Plan, reason: reason.to_owned(), message: message.to_owned() };
    Tried { scan: Scan { failures: vec![failure], ..Scan::default() }, circumstances: Circumstances::default() }
}

async fn outcome(claim: &Claim, tried: Tried, options: &Options) -> Visited {
    let Tried { scan, circumstances } = tried;
    let is_listed = scan.listings.iter().any(|listing| !listing.tools.is_empty());
    let failure = if is_listed { None } else { scan.failures.last().cloned() };
    let is_seen = is_listed || !scan.challenges.is_empty();
    let may_pass = !is_seen && scan.is_passing && claim.tries < options.retries;
    let wait = scan.retry_after.unwrap_or(FIRST_WAIT * 2_u32.saturating_pow(claim.tries));
    // Where nothing was listed and the list did not end, there is nothing to show but why.
    let (listings, cut): (Vec<Listing>, Vec<Listing>) =
        scan.listings.into_iter().partition(|listing| listing.server.complete || !listing.tools.is_empty());
    let cut = cut.into_iter().zip(&scan.failures).next().map(|(listing, failure)| Unlisted {
        name: Some(listing.server.name),
        source: listing.server.source,
        failure: failure.clone(),
        circumstances: circumstances.clone(),
    });
    let Some((mut listed, content)) = grading::graded(listings).await else { return broken(claim) };
    listed.iter_mut().for_each(|server| server.circumstances.clone_from(&circumstances));
    let unlisted = scan.unlisted.into_iter().next().map(|unlisted| Unlisted { circumstances: circumstances.clone(), ..unlisted });
    Visited {
        content: is_listed.then_some(content),
        listed: if may_pass { Vec::new() } else { listed },
        unlisted: unlisted.or(cut),
        failure,
        is_seen,
        retry: may_pass.then(|| wait.min(LONGEST_WAIT)),
        isolation: circumstances.isolation,
    }
}

/// The outcome of a visit: a panic in it is one failure, not the end of the crawl.
pub(super) async fn unbroken(claim: &Claim, visit: impl Future<Output = Visited>) -> Visited {
    AssertUnwindSafe(visit).catch_unwind().await.unwrap_or_else(|_| broken(claim))
}

/// The outcome of a visit that we ourselves broke off.
fn broken(claim: &Claim) -> Visited {
    let failure = Failure {
        target: claim.name.clone(),
        stage: Stage::Parse,
        reason: "bug".to_owned(),
        message: "toolgrade itself failed on this target: please report it, with the server's name and version".to_owned(),
    };
    Visited { failure: Some(failure), ..Visited::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_one_failed_visit() {
        let claim = Claim {
            id: 1,
            attempt: 1,
            source: 1,
            key: "shop".to_owned(),
            name: "shop".to_owned(),
            plan: None,
            host: String::new(),
            tries: 0,
            content: None,
        };
        let visited = pollster::block_on(unbroken(&claim, async { unreachable!("on purpose, in the middle of a visit") }));
        let failure = visited.failure.unwrap();
        assert_eq!((failure.target.as_str(), failure.reason.as_str()), ("shop", "bug"));
        assert!(!visited.is_seen && visited.retry.is_none() && visited.listed.is_empty());
    }
}
