//! The one integration binary. Each module tests one part through what a user or a caller sees.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on should say where")]

/// What was promised of certain tools.
mod acceptance;
/// What definitions say beside what tools do.
mod asides;
/// Catalogues of each kind.
mod both;
/// Pages in a real browser.
#[cfg(unix)]
mod browser;
/// The builder of policies in a real browser.
mod browser_builder;
mod browser_site;
/// The catalogue through the program: identity, failures, read access.
mod catalogue;
/// Generated Cedar policies, read by the Cedar crate.
mod cedar;
/// The program's help, exit statuses and messages.
mod cli;
/// The known clients: where their configs are, on every system.
mod clients;
/// A PostgreSQL server for the modules that need one.
#[cfg(unix)]
mod cluster;
/// How sure a class is: counted on labelled tools.
mod confidence;
/// Containers in front of a stand-in for an engine.
#[cfg(unix)]
mod container;
/// The verdicts on a thousand real tools.
mod corpus;
/// Crawls of scripted servers, also those that are killed.
mod crawl;
/// Crawls of a registry's API.
mod crawl_registry;
/// Containers with a real engine.
#[cfg(target_os = "linux")]
mod engine;
/// `Env`, the builder for running the program.
mod env;
/// Spans, and marks put into texts and taken out.
mod evidence;
/// Every format of generated policies: whole documents, odd names.
mod formats;
/// Generated policies: profiles, choices, sources.
mod generated;
/// Graded servers made by hand, for whatever reads verdicts.
mod graded;
/// What verdicts must not depend on, and that anything gets one.
mod grading;
/// Scans of the scripted server in `examples/hostile_server.rs`, over stdio.
#[cfg(unix)]
mod hostile;
/// A scripted HTTP server for the modules that need one.
mod http;
/// What `tests/run` installs.
#[cfg(unix)]
mod installed;
/// Generated Intercept policies, beside a model of Intercept.
mod intercept;
/// The program itself in front of the scripted server: what it passes on, and what it leaves when it is interrupted.
#[cfg(unix)]
mod interrupt;
/// A server's letter: what it must never do.
mod languages;
mod letter;
/// The program in front of real servers.
#[cfg(target_os = "linux")]
mod live;
/// What a scan gave, as text to compare whole.
mod outcome;
/// Poisoned definitions of every kind, and honest ones that look like them.
mod poisoning;
/// What a policy means: the tables of its page.
mod policy;
/// `policy check`, `policy test` and `policy diff`.
mod policy_commands;
/// What holds of every decision.
mod policy_decisions;
/// Policy files: what is wrong with each that is none.
mod policy_files;
/// The seeds of the fuzzer.
mod policy_fuzz;
/// Proofs about policies beside brute force.
mod policy_proof;
/// `policy diff` of catalogues, then and now.
mod policy_states;
/// The catalogue on PostgreSQL.
#[cfg(unix)]
mod postgres;
/// Crawls of several workers that share a catalogue.
#[cfg(target_os = "linux")]
mod postgres_crawl;
/// Generated policies read by what they are for.
#[cfg(unix)]
mod readers;
/// What indexes say, in every generation of their documents.
mod registry;
/// Whole reports in every format.
mod report;
/// Every example of every rule file, and the registry they make.
mod rules;
/// Servers in the sandbox, and packages on the way there.
#[cfg(target_os = "linux")]
mod sandbox;
/// Text of strangers made safe.
mod sanitize;
/// SARIF, against its schema.
mod sarif;
/// The site: links, bytes, hostile text, pages that go away.
mod site;
mod site_command;
/// Servers on the site: how each is reached, and the registry they make.
mod site_server;
/// Slugs, which paths and URLs are made of.
mod slug;
/// What is on a machine, and what its agents can call.
#[cfg(unix)]
mod stack;
/// Configs of the machine that are no configs.
#[cfg(unix)]
mod stack_hostile;
/// The catalogue: what is recorded stays recorded.
mod store;
/// Files, configs and URLs, resolved to targets.
mod targets;
/// The shape of the source tree.
mod tidy;
/// Token counts beside those of the reference library.
mod tokens;
/// Scans of a scripted HTTP server in this process.
mod web;
/// What definitions say to the model.
mod wording;
