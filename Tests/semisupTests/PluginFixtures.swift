import Files
import Foundation
import Testing

/// Plugins of the tests, made once: the sketches, built as an author outside the tree would build them.
enum PluginFixtures {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardizedFileURL.path
    private static let folder = FileManager.default.temporaryDirectory.path + "/semisup-plugins-\(getpid())"

    /// The plugin that `semisup plugin build` makes of `Tests/SketchPlugins`.
    static let sketches: Result<String, any Error> = Result {
        atexit { try? FileManager.default.removeItem(atPath: PluginFixtures.folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: repository + "/Tests/SketchPlugins", toPath: folder + "/sketches")
        let outcome = try CommandLineTool()("plugin", "build", folder + "/sketches")
        try #require(outcome.status == 0, "\(outcome.errors)")
        return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What plugins are built against, as an installation in `prefix`; returns `prefix`.
    static func installation(in prefix: String) throws -> String {
        let build = URL(fileURLWithPath: try CommandLineTool.executable).deletingLastPathComponent().path
        for folder in ["bin", "lib/semisup"] {
            try FileManager.default.createDirectory(atPath: "\(prefix)/\(folder)", withIntermediateDirectories: true)
        }
        let parts = [
            ("semisup", "bin/semisup"), ("libSemisupKit.so", "lib/libSemisupKit.so"), ("Modules", "lib/semisup/modules"),
            ("include", "lib/semisup/include"),
        ]
        for (source, target) in parts {
            try FileManager.default.copyItem(atPath: "\(build)/\(source)", toPath: "\(prefix)/\(target)")
        }
        return prefix
    }

    /// A library of C at `path`, whose constructor leaves the file `ran`; `record` is put behind it.
    static func makeLibrary(_ path: String, _ source: String, ran: String, record: JSON) throws {
        let program = """
            #include <stdlib.h>
            #include <stdio.h>
            __attribute__((constructor)) static void begin(void) { fclose(fopen("\(ran)", "w")); }
            \(source)
            """
        try program.write(toFile: path + ".c", atomically: false, encoding: .utf8)
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = ["clang", "-shared", "-fPIC", "-o", path, path + ".c"]
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0)
        var content = SealedPlugin(library: try FileReader.bytes(of: path), record: record)
        content.set("library", .string(SHA256.hexadecimal(of: content.library)))
        try content.write(to: path)
    }

    /// A symbol of C that stands for a Swift name.
    static func definition(_ declaration: String, named name: String) -> String {
        declaration.replacingOccurrences(of: "()", with: "(void) __asm__(\"\(name)\")") + ";\n"
            + declaration.replacingOccurrences(of: "()", with: "(void)") + " { return 0; }\n"
    }
}

/// A plugin's file taken apart: 16 bytes of magic, the length of an object, and the object stand behind the library.
struct SealedPlugin {
    let library: [UInt8]
    private(set) var record: JSON

    private static let magic = Array("semisup plugin\u{1}\n".utf8)

    init(library: [UInt8], record: JSON) {
        self.library = library
        self.record = record
    }

    init(_ path: String) throws {
        let bytes = try FileReader.bytes(of: path)
        let start = try #require(
            (0..<bytes.count).reversed().first {
                bytes[$0] == SealedPlugin.magic[0] && bytes[$0...].starts(with: SealedPlugin.magic)
            })
        library = Array(bytes[..<start])
        record = try JSON(parsing: Array(bytes[(start + 24)...]))
    }

    /// The same code with another word about its compiler, as another build may be.
    var rebuilt: SealedPlugin {
        get throws {
            // What stands before the record is filled up to 16 bytes.
            let lengths = library.count - 15...library.count
            let length = try #require(
                lengths.first { record["library"] == .string(SHA256.hexadecimal(of: Array(library.prefix($0)))) })
            var bytes = Array(library.prefix(length))
            let word = Array("clang version ".utf8)
            let place = try #require((0..<length).reversed().first { bytes[$0...].starts(with: word) })
            bytes[place] += 1
            var plugin = SealedPlugin(library: bytes, record: record)
            plugin.set("library", .string(SHA256.hexadecimal(of: bytes)))
            return plugin
        }
    }

    mutating func set(_ name: String, _ value: JSON) {
        record = .object((record.objectValue ?? []).map { ($0.key, $0.key == name ? value : $0.value) })
    }

    func write(to path: String) throws {
        let text = Array(record.serialized().utf8)
        let padding = [UInt8](repeating: 0, count: (16 - library.count % 16) % 16)
        let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
        try AtomicFile.write(library + padding + SealedPlugin.magic + length + text, to: path)
    }
}
