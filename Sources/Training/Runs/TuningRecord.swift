import Backends
import Files
import Foundation

/// `tuning.json` of a run: the ways of its convolutions that `engine.tune=measure` chose by the clock, so that the run goes on and
/// is evaluated with the same.
struct TuningRecord {
    private let path: String
    /// How many choices the file holds.
    private var written = 0

    /// The record of the run in `folder`.
    init(run folder: String) { path = folder + "/tuning.json" }

    /// Gives the engine the choices of a checkpoint, and those of the file, if there is one. Throws `malformedRecord` or `file`.
    ///
    /// - Parameters:
    ///   - saved: What `choices` was when the checkpoint was saved; the file may be lost, or lack the last of them.
    ///   - measuresOthers: Whether the ways of other convolutions are chosen by the clock too.
    mutating func restore(saved: JSON?, measuresOthers: Bool = true) throws(RunError) {
        var members = saved?.objectValue ?? [], choices: [String: ConvolutionWay] = [:]
        if FileManager.default.fileExists(atPath: path) {
            let json = try asRunError { () throws(FileError) in try JSON(contentsOf: path) }
            guard let found = json.objectValue else {
                throw .malformedRecord(path: path, field: "the file", expected: "an object of convolutions and their ways")
            }
            written = found.count
            members += found
        }
        guard !members.isEmpty else { return }
        for (convolution, value) in members {
            guard let way = value.stringValue.flatMap(ConvolutionWay.init) else {
                let ways = ConvolutionWay.allCases.map(\.rawValue).joined(separator: ", ")
                throw .malformedRecord(path: path, field: convolution, expected: "one of \(ways)")
            }
            choices[convolution] = way
        }
        Engine.backend.reuse(choices, measuresOthers: measuresOthers)
    }

    /// What the engine has chosen so far.
    static var choices: JSON {
        .object(
            Engine.backend.convolutionChoices.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value.rawValue)) })
    }

    /// Writes what the engine has chosen, where that is more than the file holds.
    mutating func write() throws(RunError) {
        let count = Engine.backend.convolutionChoices.count, path = path
        guard count != written else { return }
        try asRunError { () throws(FileError) in try AtomicFile.write(Self.choices.serialized(indented: true) + "\n", to: path) }
        written = count
    }
}
