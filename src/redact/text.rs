//! Masks secrets by what stands around them: a flag, a variable, a header, a place in a URL.

use super::{MASK, pieces, token};

/// The arguments of a command with secrets masked: `--token X`, `--api-key=X`, `KEY=X`, well-known tokens.
#[must_use]
pub fn args(args: &[String]) -> Vec<String> {
    let mut after_flag = false;
    let mut masked = Vec::with_capacity(args.len());
    for arg in args {
        let is_value = after_flag && !arg.starts_with('-');
        after_flag = arg.starts_with('-') && !arg.contains(['=', ' ']) && names_a_secret(arg);
        // A value that is itself still a reference, as `${TOKEN}`, gives nothing away.
        masked.push(if is_value && !is_reference(arg) { MASK.to_owned() } else { text(arg) });
    }
    masked
}

/// The text with whatever looks like a secret masked, word by word.
#[must_use]
pub fn text(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut expect = Expect::Nothing;
    for piece in pieces(text, is_separator) {
        if piece.starts_with(is_separator) {
            masked.push_str(piece);
            continue;
        }
        let (shown, next) = word(piece, expect);
        masked.push_str(&shown);
        expect = next;
    }
    masked
}

/// What the words so far say about the next one.
#[derive(Clone, Copy, PartialEq)]
enum Expect {
    Nothing,
    /// A secret's name was read; `:` or `=` would make the next word its value.
    Sign,
    /// `Bearer`: a long word that follows is a token, a short one is prose.
    Token,
    Secret,
}

fn word(word: &str, expect: Expect) -> (String, Expect) {
    let is_sign = matches!(word, ":" | "=" | "=>" | ":=");
    match expect {
        Expect::Sign | Expect::Secret if is_sign => return (word.to_owned(), Expect::Secret),
        Expect::Secret if is_scheme(word) => return (word.to_owned(), Expect::Secret),
        Expect::Secret if !word.starts_with("--") && !is_reference(word) => return (MASK.to_owned(), Expect::Nothing),
        Expect::Token if word.len() >= 8 && !is_reference(word) => return (MASK.to_owned(), Expect::Nothing),
        _ => {}
    }
    if word.contains("://") {
        return (url(word), Expect::Nothing);
    }
    if let Some((name, value)) = word.split_once(['=', ':']) {
        if !names_a_secret(name) {
            return (token::mask(word), Expect::Nothing);
        }
        if value.is_empty() {
            return (word.to_owned(), Expect::Secret);
        }
        let shown = if is_reference(value) { value } else { MASK };
        return (format!("{}{shown}", &word[..=name.len()]), Expect::Nothing);
    }
    let next = match () {
        () if is_scheme(word) => Expect::Token,
        () if names_a_secret(word) && word.starts_with("--") => Expect::Secret,
        () if names_a_secret(word) => Expect::Sign,
        () => Expect::Nothing,
    };
    (token::mask(word), next)
}

/// A URL with its userinfo, its secret-looking parameters and well-known tokens masked. What is no URL is read as text.
#[must_use]
pub fn url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return text(url) };
    let (rest, query) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let authority = match authority.rsplit_once('@') {
        Some((_, host)) => format!("{MASK}@{host}"),
        None => authority.to_owned(),
    };
    let mut masked = format!("{scheme}://{authority}{}", token::mask(path));
    for piece in pieces(query, |character| matches!(character, '?' | '#' | '&' | ';')) {
        match piece.split_once('=') {
            Some((name, value)) if names_a_secret(name) && !is_reference(value) => {
                masked.push_str(&format!("{name}={MASK}"));
            }
            _ => masked.push_str(&token::mask(piece)),
        }
    }
    masked
}

/// Whether a flag, variable, header or parameter of this name holds a secret: by its last word, or by a word that says it all.
pub(crate) fn names_a_secret(name: &str) -> bool {
    let spaced = name.to_ascii_lowercase().replace(|character: char| !character.is_ascii_alphanumeric(), " ");
    let joined = spaced.replace(' ', "");
    let last = spaced.split(' ').rfind(|word| !word.is_empty()).unwrap_or_default();
    matches!(last, "key" | "token" | "auth" | "pwd" | "pass" | "pat" | "dsn" | "sig" | "signature" | "jwt" | "code" | "sid")
        && joined != "code"
        || ["apikey", "accesskey", "privatekey", "secretkey", "authkey", "token"].iter().any(|end| joined.ends_with(end))
        || ["secret", "passw", "passphrase", "credential", "authorization", "cookie", "connectionstring", "accesskey"]
            .iter()
            .any(|part| joined.contains(part))
}

fn is_scheme(word: &str) -> bool {
    ["bearer", "basic"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// `${TOKEN}`, a mask, or the `…` of an example: nothing that needs a mask.
fn is_reference(word: &str) -> bool {
    ["${", MASK, "…"].iter().any(|start| word.starts_with(start))
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || "\"'`,;()<>[]|".contains(character)
}

#[cfg(test)]
mod tests {
    use super::{args, text, url};

    #[test]
    fn text_keeps_prose_and_masks_secrets() {
        for (shown, expected) in [
            ("--api-key=sk_test_abcdefghijkl", "--api-key=***"),
            ("--token abc123 --verbose", "--token *** --verbose"),
            ("GITHUB_TOKEN=abc DEBUG=1", "GITHUB_TOKEN=*** DEBUG=1"),
            ("Authorization: Bearer abc", "Authorization: Bearer ***"),
            ("sent Bearer abcdefgh", "sent Bearer ***"),
            ("a Bearer token is needed", "a Bearer token is needed"),
            ("{\"api_key\": \"abc\", \"region\": \"eu\"}", "{\"api_key\": \"***\", \"region\": \"eu\"}"),
            ("key ghp_0123456789abcdef is wrong", "key ghp_*** is wrong"),
            ("got (sk-proj-0123456789abcdef)", "got (sk-***)"),
            ("AKIAIOSFODNN7EXAMPLE", "AKIA***"),
            ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def", "jwt eyJ***"),
            ("d41d8cd98f00b204e9800998ecf8427e", "***"),
            ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY0123abcdEFGHij", "wJalrXUtnFEMI/K7MDENG/***"),
            ("set SLACK_TOKEN and SLACK_TEAM_ID", "set SLACK_TOKEN and SLACK_TEAM_ID"),
            ("--max-tokens 100", "--max-tokens 100"),
            ("@modelcontextprotocol/server-sequential-thinking", "@modelcontextprotocol/server-sequential-thinking"),
            (
                "/usr/local/lib/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js",
                "/usr/local/lib/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js",
            ),
            ("Error: Cannot find module 'x'", "Error: Cannot find module 'x'"),
            ("password=${PASSWORD}", "password=${PASSWORD}"),
            ("postgresql://me:pw@db:5432/x", "postgresql://***@db:5432/x"),
            ("DATABASE_URL=postgres://me:pw@db/x", "DATABASE_URL=postgres://***@db/x"),
        ] {
            assert_eq!(text(shown), expected, "for {shown}");
        }
    }

    #[test]
    fn url_masks_userinfo_and_parameters() {
        for (shown, expected) in [
            ("https://example.com/mcp?api_key=abc&x=1", "https://example.com/mcp?api_key=***&x=1"),
            ("https://u:p@example.com/mcp", "https://***@example.com/mcp"),
            ("https://token@example.com:8443/", "https://***@example.com:8443/"),
            ("https://mcp.example.com/s/ABCdef0123456789ABCdef0123456789/mcp", "https://mcp.example.com/s/***/mcp"),
            ("http://localhost:3000/mcp", "http://localhost:3000/mcp"),
            (
                "https://a.example/?exaApiKey=0f8&tools=all#access_token=zz",
                "https://a.example/?exaApiKey=***&tools=all#access_token=***",
            ),
        ] {
            assert_eq!(url(shown), expected, "for {shown}");
        }
    }

    #[test]
    fn args_mask_the_value_after_a_secret_flag() {
        let shown =
            ["-y", "pkg", "--token", "abc", "--key", "--password", "p w", "DB_PASS=1", "--header", "Authorization: Basic eA=="];
        let masked = args(&shown.map(str::to_owned));
        assert_eq!(
            masked,
            ["-y", "pkg", "--token", "***", "--key", "--password", "***", "DB_PASS=***", "--header", "Authorization: Basic ***"]
        );
    }
}
