import Files
import Foundation
import Testing

/// Plugins that do not fit are refused with a message of their own and exit 69, before any of their code runs.
@Suite(.serialized) struct BadPluginTests {
    private let semisup: CommandLineTool
    private let good: String

    init() throws {
        semisup = try CommandLineTool()
        good = try PluginFixtures.sketches.get()
    }

    private func path(_ name: String) -> String { "\(semisup.folder)/\(name)" }

    /// What `plugin check` and `train` say of the file; both refuse it.
    private func refusal(_ name: String) throws -> String {
        let check = try semisup("plugin", "check", path(name)), train = try semisup("train", "--plugin", path(name))
        #expect(check.status == 69 && train.status == 69, "\(name): \(check.errors) \(train.errors)")
        #expect(!FileManager.default.fileExists(atPath: path("ran")), "\(name): its code ran")
        return train.errors
    }

    @Test(arguments: [
        ("interface", JSON.integer(2), "was built for plugin interface 2, this is 1"),
        ("compiler", .string("Swift version 5.9"), "was built by Swift version 5.9, semisup by"),
        ("configuration", .string("debug"), "is a debug build and semisup a release build"),
        ("layout", .string("0000"), "was built against another build of semisup's kit"),
        ("minimumKit", .string("99.1"), "needs semisup 99.1 or newer"),
        ("library", .string("0000"), "its bytes have changed since it was built"),
    ])
    func aRecordThatDoesNotFit(field: String, value: JSON, message: String) throws {
        var plugin = try SealedPlugin(good)
        plugin.set(field, value)
        try plugin.write(to: path("bad.so"))
        #expect(try refusal("bad.so").contains(message))
    }

    @Test func filesThatAreNoPlugins() throws {
        let bytes = try FileReader.bytes(of: good)
        try AtomicFile.write("no library at all, only text", to: path("text.so"))
        #expect(try refusal("text.so").contains("is no shared library"))
        try AtomicFile.write(bytes[..<(bytes.count / 2)], to: path("short.so"))
        #expect(try refusal("short.so").contains("is cut off"))
        try AtomicFile.write(bytes.dropLast(5), to: path("record.so"))
        #expect(try refusal("record.so").contains("its plugin record is damaged"))
        try AtomicFile.write(try SealedPlugin(good).library, to: path("bare.so"))
        #expect(try refusal("bare.so").contains("carries no plugin record"))
        var foreign = bytes
        foreign[18] = 183
        try AtomicFile.write(foreign, to: path("foreign.so"))
        #expect(try refusal("foreign.so").contains("was built for ARM64 and this machine is x86-64"))
    }

    @Test func placesThatAreNoFiles() throws {
        #expect(try semisup("plugin", "check", path("nothing.so")).status == 66)
        #expect(try semisup("train", "--plugin", path("nothing.so")).status == 66)
        try FileManager.default.createDirectory(atPath: path("folder.so"), withIntermediateDirectories: true)
        #expect(try refusal("folder.so").contains("it is a folder or no regular file"))
        try FileManager.default.copyItem(atPath: good, toPath: path("closed.so"))
        guard geteuid() != 0 else { return }
        chmod(path("closed.so"), 0)
        #expect(try refusal("closed.so").contains("cannot be read"))
    }

    private static let entry = "void *semisup_plugin_Bad(void) { return 0; }\n"
    private static let function = PluginFixtures.definition("void *entry()", named: "$s3Bad13semisupPluginyyF")

    @Test(arguments: [
        (entry, "its entry point semisup_plugin_Bad is no function semisupPlugin() without parameters and result"),
        ("int semisup_plugin_Bad = 1;\n" + function, "its entry point semisup_plugin_Bad is no function"),
        (function, "has no entry point semisup_plugin_Bad"),
        (entry + function + "int copy __asm__(\"$s8Training6PluginCMn\") = 1;\n", "contains a copy of semisup's kit"),
        (
            entry + function + "extern int lost __asm__(\"$s8Training12NoSuchThingsSivg\"); int *found(void) { return &lost; }\n",
            "wants $s8Training12NoSuchThingsSivg, which the kit does not have"
        ),
    ])
    func librariesThatAreNoPlugins(source: String, message: String) throws {
        try PluginFixtures.makeLibrary(path("bad.so"), source, ran: path("ran"), record: record)
        #expect(try refusal("bad.so").contains(message))
    }

    /// The record of the sketches for a module called Bad.
    private var record: JSON {
        get throws {
            var plugin = try SealedPlugin(good)
            plugin.set("module", .string("Bad"))
            plugin.set("entry", .string("semisup_plugin_Bad"))
            plugin.set("name", .string("bad"))
            return plugin.record
        }
    }

    @Test func aConstructorThatCrashesIsNamed() throws {
        let crash =
            BadPluginTests.entry + BadPluginTests.function
            + "__attribute__((constructor)) static void crash(void) { abort(); }\n"
        try PluginFixtures.makeLibrary(path("bad.so"), crash, ran: path("ran"), record: record)
        let outcome = try semisup("train", "--plugin", path("bad.so"))
        #expect(outcome.status == 69 && outcome.errors.contains("plugin bad: crashed while it was loaded"))
    }

    @Test func twoPluginsOfOneNameAreAnErrorThatNamesBoth() throws {
        for name in ["one.so", "two.so"] { try FileManager.default.copyItem(atPath: good, toPath: path(name)) }
        let places = ["SEMISUP_PLUGINS": path("one.so") + ":" + path("two.so")]
        let outcome = try semisup.run(["train", "--method", "queue-sketch"], environment: places)
        #expect(outcome.status == 69)
        #expect(outcome.errors.contains("two plugins are called queue-sketch: \(path("one.so")) and \(path("two.so"))"))
    }
}
