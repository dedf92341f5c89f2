import Foundation
import Files
import Networks
import Testing

/// `tools/faults/fault_injector.c`, compiled once for all tests of this process.
enum FaultInjector {
    static let library: Result<String, any Error> = Result {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../tools/faults/fault_injector.c").standardizedFileURL.path
        let library = FileManager.default.temporaryDirectory.path + "/semisup-faults-\(getpid()).so"
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = [
            "clang", "-std=c2x", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, source,
        ]
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0)
        return library
    }
}

/// The newest checkpoint of a run, tensor by tensor.
struct CheckpointFile {
    /// SHA-256 by the tensor's name.
    let digests: [String: String]

    init(newestOf run: String) throws {
        let folder = run + "/checkpoints"
        let manifests = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            $0.hasPrefix("step-") && $0.hasSuffix(".json")
        }
        let manifest = try JSON(contentsOf: "\(folder)/\(try #require(manifests.max()))")
        let file = try SafetensorsFile(opening: "\(folder)/\(try #require(manifest["file"]?.stringValue))")
        let tensors = try file.contents().tensors
        digests = Dictionary(tensors.map { ($0.name, SHA256.hexadecimal(of: $0.bytes)) }) { first, _ in first }
    }
}
