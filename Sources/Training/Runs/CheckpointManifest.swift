import Files

/// What vouches for a checkpoint: the file that holds it, and the digest of that file.
struct CheckpointManifest: Equatable {
    let step: Int
    /// Within the folder of the manifest.
    let file: String
    /// SHA-256 in 64 hexadecimal digits.
    let digest: String

    init(step: Int, file: String, digest: String) {
        self.step = step
        self.file = file
        self.digest = digest
    }

    /// Takes a manifest as `text` writes it; nil for anything else, so that a change of any bit is noticed.
    init?(_ bytes: [UInt8]) {
        guard let json = try? JSON(parsing: bytes), let step = json["step"]?.integerValue,
            let file = json["file"]?.stringValue, let digest = json["sha256"]?.stringValue
        else { return nil }
        self.init(step: step, file: file, digest: digest)
        guard step >= 0, CheckpointName.files(step).contains(file), Array(text.utf8) == bytes else { return nil }
    }

    var text: String {
        JSON.object([("step", .integer(step)), ("file", .string(file)), ("sha256", .string(digest))]).serialized() + "\n"
    }
}

/// The names of a checkpoint's files.
enum CheckpointName {
    /// Where the state after `step` steps may lie: a second file for a step that is saved once more.
    static func files(_ step: Int) -> [String] { ["\(stem(step)).safetensors", "\(stem(step))-again.safetensors"] }

    /// The manifest of the state after `step` steps.
    static func manifest(_ step: Int) -> String { "\(stem(step)).json" }

    /// The step of a file name that is exactly ours, or nil.
    static func step(ofFile name: String) -> Int? { step(of: name).flatMap { files($0).contains(name) ? $0 : nil } }

    /// The step of a manifest's name that is exactly ours, or nil.
    static func step(ofManifest name: String) -> Int? { step(of: name).flatMap { manifest($0) == name ? $0 : nil } }

    private static func step(of name: String) -> Int? {
        guard name.hasPrefix("step-"), let step = Int(name.dropFirst(5).prefix { $0.isNumber }), step >= 0 else { return nil }
        return step
    }

    private static func stem(_ step: Int) -> String {
        "step-" + String(repeating: "0", count: max(0, 8 - "\(step)".count)) + "\(step)"
    }
}
