use super::*;

const TWO: &str = "\u{feff}# syntax=docker/dockerfile:1
# a comment
ARG VERSION=3.11
ARG BASE=r.example/python:${VERSION}
from --platform=linux/amd64 ${BASE} as Deps
RUN pip install \\
    # not the end

    six && \\
    echo FROM x AS not-this
FROM deps AS baked
COPY --from=deps /a /a
COPY --from=tools.example/t:1 /t /t
FROM scratch
COPY --from=0 /a /a
";

#[test]
fn stages_are_found_by_name_and_number() {
    let file = Dockerfile::parse(TWO);
    for target in ["deps", "DEPS", "baked", "0", "2"] {
        assert!(file.has_stage(target), "{target}");
    }
    for target in ["not-this", "3", "", "scratch"] {
        assert!(!file.has_stage(target), "{target}");
    }
}

#[test]
fn images_are_those_that_are_no_stage() {
    let file = Dockerfile::parse(TWO);
    let none = BTreeMap::new();
    assert_eq!(
        file.images(&none),
        ["r.example/python:3.11", "tools.example/t:1"]
    );
    let args = BTreeMap::from([("VERSION".to_owned(), "3.12".to_owned())]);
    assert_eq!(file.images(&args)[0], "r.example/python:3.12");
}

#[test]
fn arguments_are_filled_in_as_a_shell_does() {
    let known = BTreeMap::from([("A".to_owned(), "1".to_owned())]);
    for (text, filled) in [
        ("x:$A", "x:1"),
        ("x:${A}-b", "x:1-b"),
        ("x:${B:-2}", "x:2"),
        ("x:${A:-2}", "x:1"),
        ("x${A:+y}${B:+z}", "xy"),
        ("$B$A_", ""),
        ("${A", "${A"),
    ] {
        let expected = if text == "${A" { "{A" } else { filled };
        assert_eq!(fill(text, &known), expected, "{text}");
    }
}

#[test]
fn what_only_buildkit_understands_is_known() {
    for line in [
        "RUN --mount=type=cache,target=/x pip install six",
        "run --network=none true",
        "COPY --chmod=755 a /a",
        "COPY --link a /a",
        "ADD --checksum=sha256:00 x /x",
        "RUN <<EOF",
        "COPY <<-\"EOF\" /a",
    ] {
        assert!(
            Instruction::parse(line).expect(line).needs_buildkit(),
            "{line}"
        );
    }
    for line in [
        "RUN pip install --mount=x",
        "COPY --from=deps --chown=1:1 a /a",
        "RUN cat << 1",
        "FROM --platform=linux/amd64 x",
        "ENV A=<<EOF",
    ] {
        assert!(
            !Instruction::parse(line).expect(line).needs_buildkit(),
            "{line}"
        );
    }
    let file = Dockerfile::parse("FROM x\nRUN <<EOF\nFROM y AS z\nEOF\nFROM a AS b\n");
    assert!(file.has_stage("b") && !file.has_stage("z"));
    assert_eq!(file.needs_buildkit().expect("one").text(), "RUN <<EOF");
}

#[test]
fn windows_continues_its_lines_otherwise() {
    let file = Dockerfile::parse("# escape=`\nFROM x `\n  AS win\nCOPY a c:\\\nFROM y AS z");
    assert!(file.has_stage("win") && file.has_stage("z"));
}

#[test]
fn a_stage_begins_with_the_image_of_the_stages_before_it() {
    let file = Dockerfile::parse(
        "ARG BASE=debian\nFROM ${BASE}:12 AS deps\nRUN true\nFROM deps AS baked\nCOPY . .\n\
             FROM scratch AS none\nFROM python",
    );
    let begins = |target, base: Option<&str>| {
        let args = base.map(|base| ("BASE".to_owned(), base.to_owned()));
        file.begins_with(target, &args.into_iter().collect())
    };
    assert_eq!(begins(Some("baked"), None).as_deref(), Some("debian:12"));
    assert_eq!(
        begins(Some("0"), Some("alpine")).as_deref(),
        Some("alpine:12")
    );
    assert_eq!(
        begins(None, None).as_deref(),
        Some("python"),
        "the last one"
    );
    assert_eq!(begins(Some("none"), None), None);
    assert_eq!(begins(Some("other"), None), None);
    assert_eq!(
        Dockerfile::parse("").begins_with(None, &BTreeMap::new()),
        None
    );
}
