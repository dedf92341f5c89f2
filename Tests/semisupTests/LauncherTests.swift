import Foundation
import Testing

/// A copy of `tools` in a folder with spaces, with a compiler and a package manager that only leave traces: what is shown
/// is what the launcher does around them.
private final class Clone {
    let root: String
    var home: String { root + "/my clone" }
    private let manager = FileManager.default

    init() throws {
        root = manager.temporaryDirectory.path + "/semisup launcher \(UUID().uuidString)"
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
            .path
        for folder in ["bin", "my clone/Sources/Kit", "elsewhere"] {
            try manager.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        }
        try manager.copyItem(atPath: repository + "/tools", toPath: home + "/tools")
        try write("my clone/Package.swift", "")
        try write("my clone/Sources/Kit/A.swift", "")
        for tool in [
            "readlink", "find", "flock", "mkdir", "mv", "env", "dirname", "cat", "sleep", "chmod", "rm", "sort", "xargs",
            "sha256sum", "cut",
        ] {
            try link(tool)
        }
        try script("sudo", "[ \"$1\" = -n ] && shift; exec \"$@\"")
        try installSwift()
    }

    deinit { try? manager.removeItem(atPath: root) }

    /// Puts a tool of the system into `bin`.
    func link(_ tool: String) throws {
        let found = try #require(["/usr/bin/", "/bin/"].map { $0 + tool }.first { manager.isExecutableFile(atPath: $0) })
        try manager.createSymbolicLink(atPath: "\(root)/bin/\(tool)", withDestinationPath: found)
    }

    func write(_ name: String, _ text: String) throws {
        try text.write(toFile: "\(root)/\(name)", atomically: false, encoding: .utf8)
    }

    func script(_ name: String, _ body: String) throws {
        try write("bin/\(name)", "#!/bin/sh\n\(body)\n")
        try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(root)/bin/\(name)")
    }

    /// A compiler whose executable prints where it runs, its environment and its arguments.
    func installSwift(failing: Bool = false) throws {
        try script(
            "swift",
            """
            echo "compiling $*"
            echo x >> '\(root)/builds'
            \(failing ? "exit 1" : "sleep 0.3")
            mkdir -p '\(home)/.build/release'
            cat > '\(home)/.build/release/semisup' <<'END'
            #!/bin/sh
            echo "in $PWD; home $SEMISUP_HOME; openmp $OMP_WAIT_POLICY $GOMP_SPINCOUNT"
            for argument in "$@"; do echo "argument <$argument>"; done
            exit 42
            END
            chmod +x '\(home)/.build/release/semisup'
            """)
    }

    var builds: Int { (try? String(contentsOfFile: root + "/builds", encoding: .utf8).split(separator: "\n").count) ?? 0 }

    struct Outcome { let status: Int32, output: String, errors: String }

    /// Starts `command` from a folder elsewhere, with nothing of the system but what `bin` holds.
    func start(_ command: String, _ arguments: [String] = [], environment: [String: String] = [:]) throws -> () throws -> Outcome
    {
        let process = Process()
        let id = UUID().uuidString
        for stream in ["output", "errors"] { try write("\(stream)-\(id)", "") }
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [command] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: root + "/elsewhere")
        process.environment = ["PATH": root + "/bin", "SEMISUP_PACKAGES": "needed", "CDPATH": root].merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: "\(root)/output-\(id)")
        process.standardError = FileHandle(forWritingAtPath: "\(root)/errors-\(id)")
        try process.run()
        return { [root] in
            process.waitUntilExit()
            func text(_ stream: String) throws -> String {
                try String(contentsOfFile: "\(root)/\(stream)-\(id)", encoding: .utf8)
            }
            return Outcome(status: process.terminationStatus, output: try text("output"), errors: try text("errors"))
        }
    }

    func launch(_ arguments: String...) throws -> Outcome { try start(home + "/tools/semisup", arguments)() }

    /// Runs `body` after the functions of `tools/lib/setup.sh`, with one package that brings the file `brought`.
    func setUp(_ body: String, environment: [String: String] = [:]) throws -> Outcome {
        try write(
            "setup.sh",
            """
            set -euo pipefail
            home='\(home)'
            source "$home/tools/lib/setup.sh"
            needed_packages=(libthere-dev /bin/bash libnew-dev "${home// /?}/brought*")
            wanted_packages=(libfast-dev "/nowhere/*")
            \(body)
            """)
        return try start(root + "/setup.sh", environment: environment)()
    }
}

@Suite struct LauncherTests {
    @Test func buildsOnceAndPassesEverythingOn() throws {
        let clone = try Clone()
        let first = try clone.launch("train", "a b", "--labels", "1%", "")
        #expect(first.status == 42 && clone.builds == 1)
        #expect(
            first.output == """
                in \(clone.root)/elsewhere; home \(clone.home); openmp passive 0
                argument <train>\nargument <a b>\nargument <--labels>\nargument <1%>\nargument <>\n
                """)
        #expect(
            first.errors.contains(
                "compiling build --package-path \(clone.home) -c release --disable-build-manifest-caching\n"))
        let second = try clone.launch()
        #expect(second.status == 42 && second.errors == "" && clone.builds == 1)
    }

    /// The records of plugins are written after every build; the executable of this test answers with 42, which is a failure.
    @Test func sealsThePluginsOfTheClone() throws {
        let clone = try Clone()
        for folder in ["Plugins/Own", ".build/checkouts/Yams/Sources/CYaml/include"]
            + ["CKernels", "CMedia", "CMPI", "CJSON", "COneDNN", "CPlugin", "CCrash"].map({ "Sources/\($0)/include" })
        {
            try FileManager.default.createDirectory(atPath: "\(clone.home)/\(folder)", withIntermediateDirectories: true)
            try clone.write("my clone/\(folder)/\(folder == "Plugins/Own" ? "Entry.swift" : "header.h")", "")
        }
        try clone.link("cp")
        let outcome = try clone.launch("doctor")
        #expect(outcome.status == 70 && clone.builds == 1)
        for argument in [
            "plugin", "seal", "\(clone.home)/.build/release/libOwn.so", "\(clone.home)/.build/release/plugins.new/Own.so",
        ] {
            #expect(outcome.errors.contains("argument <\(argument)>\n") || outcome.output.contains("argument <\(argument)>\n"))
        }
    }

    /// Without building anything.
    @Test(arguments: ["run", "sanitize"]) func theToolsForDamageExplainThemselves(_ tool: String) throws {
        let clone = try Clone()
        for name in ["sed", "bash"] { try clone.link(name) }
        for option in ["--help", "-h"] {
            let outcome = try clone.start(clone.home + "/tools/damage/\(tool)", [option])()
            #expect(outcome.status == 0 && outcome.output.contains("tools/damage/\(tool) [--count "), "\(outcome.errors)")
            #expect(outcome.output.contains("\n  --seed ") && !outcome.output.contains("set -euo"))
        }
        #expect(try clone.start(clone.home + "/tools/damage/\(tool)", ["--bogus"])().status == 64)
    }

    @Test func startsThroughASymbolicLink() throws {
        let clone = try Clone()
        try FileManager.default.createSymbolicLink(
            atPath: clone.root + "/bin/semisup", withDestinationPath: clone.home + "/tools/semisup")
        #expect(try clone.start(clone.root + "/bin/semisup")().output.contains("home \(clone.home);"))
    }

    @Test func buildsAgainWhenASourceIsChangedAddedOrRemoved() throws {
        let clone = try Clone()
        _ = try clone.launch()
        let changes: [() throws -> Void] = [
            { try clone.write("my clone/Sources/Kit/A.swift", "changed") },
            { try clone.write("my clone/Sources/Kit/B.swift", "") },
            { try FileManager.default.removeItem(atPath: clone.home + "/Sources/Kit/B.swift") },
            { try clone.write("my clone/Package.swift", "changed") },
        ]
        for (index, change) in changes.enumerated() {
            try change()
            for _ in 0..<2 { _ = try clone.launch() }
            #expect(clone.builds == index + 2)
        }
    }

    @Test func aFailedBuildEndsWith70AndIsTriedAgain() throws {
        let clone = try Clone()
        try clone.installSwift(failing: true)
        let failed = try clone.launch()
        #expect(failed.status == 70 && failed.output == "" && failed.errors.contains("the build failed"))
        try clone.installSwift()
        #expect(try clone.launch().status == 42 && clone.builds == 2)
    }

    @Test func launchesAtTheSameTimeBuildOnce() throws {
        let clone = try Clone()
        let running = try (0..<3).map { _ in try clone.start(clone.home + "/tools/semisup") }
        #expect(try running.map { try $0().status } == [42, 42, 42] && clone.builds == 1)
    }

    @Test func withoutSwiftSaysWhatToDo() throws {
        let clone = try Clone()
        try FileManager.default.removeItem(atPath: clone.root + "/bin/swift")
        let outcome = try clone.launch("--help")
        #expect(outcome.status == 69 && outcome.output == "" && outcome.errors.contains("install Swift 6.3"))
    }
}

@Suite struct PackageSetUpTests {
    @Test func missingPackagesAreInstalledByName() throws {
        let clone = try Clone()
        try clone.script("apt-get", "echo \"$*\" >> '\(clone.root)/apt'; : > '\(clone.home)/brought'")
        let outcome = try clone.setUp("require_packages; echo done")
        #expect(outcome.status == 0 && outcome.output == "done\n")
        let calls = try String(contentsOfFile: clone.root + "/apt", encoding: .utf8)
        #expect(calls.hasSuffix("install -y --no-install-recommends libnew-dev\n") && calls.split(separator: "\n").count == 1)
    }

    @Test func listsAreRenewedWhenTheFirstTryFails() throws {
        let clone = try Clone()
        try clone.script(
            "apt-get",
            "case \"$*\" in *update) : > '\(clone.root)/lists';; *) [ -e '\(clone.root)/lists' ] || exit 100; : > '\(clone.home)/brought';; esac"
        )
        #expect(try clone.setUp("require_packages; echo done").output == "done\n")
    }

    @Test(arguments: [true, false])
    func whatCannotBeInstalledIsNamed(hasPackageManager: Bool) throws {
        let clone = try Clone()
        if hasPackageManager { try clone.script("apt-get", "exit 100") }
        let outcome = try clone.setUp("require_packages; echo done")
        #expect(outcome.status == 69 && outcome.output == "")
        #expect(outcome.errors.hasSuffix("apt-get update && apt-get install libnew-dev\n"))
    }

    @Test func whatIsOnlyWantedIsTriedOnceAndCanBeLeftOut() throws {
        let clone = try Clone()
        try clone.script("apt-get", "echo x >> '\(clone.root)/apt'; exit 100")
        #expect(try clone.setUp("want_packages; echo done").output == "done\n")
        #expect(!FileManager.default.fileExists(atPath: clone.root + "/apt"))
        let tried = try clone.setUp("want_packages; echo done", environment: ["SEMISUP_PACKAGES": ""])
        #expect(tried.output == "done\n" && tried.errors.contains("going on without libfast-dev"))
        let again = try clone.setUp("want_packages; echo done", environment: ["SEMISUP_PACKAGES": ""])
        #expect(again.output == "done\n" && again.errors == "")
    }
}
