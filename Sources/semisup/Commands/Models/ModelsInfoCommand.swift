import ArgumentParser
import Files
import Foundation
import Networks
import Training

/// `semisup models info`
struct ModelsInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Shows the stages of a backbone, or what a weight file holds and which backbones it fits.",
        discussion: """
            Examples:
              semisup models info r3d18 clip.size=224
              semisup models info weights.safetensors backbone.width=0.5
              semisup models info network.onnx
            """)

    @Argument(help: ArgumentHelp("A backbone, a run, or a file (.safetensors, .onnx).", valueName: "name or file"))
    var subject: String
    @Flag(help: "Print one JSON object.")
    var json = false
    @Argument(help: ArgumentHelp("clip.length, clip.size, backbone.width, backbone.depth.", valueName: "key=value"))
    var settings: [String] = []

    func run() throws {
        let configuration = try ConfigurationSchema([Training.BackboneOptions.self, ClipOptions.self]).resolve([
            .commandLine(settings)
        ])
        if let entry = BackboneCatalogue.entries.first(where: { $0.name == subject }) {
            return try show(entry, configuration)
        }
        guard FileManager.default.fileExists(atPath: subject) else {
            throw UnknownModel(name: subject, known: BackboneCatalogue.entries.map(\.name))
        }
        if subject.hasSuffix(".onnx") { return try show(ONNXDescription(contentsOf: subject)) }
        try show(WeightSource(opening: subject))
    }

    // MARK: A backbone

    private func show(_ entry: BackboneEntry, _ configuration: Configuration) throws {
        let clip = configuration[ClipOptions.self], backbone = configuration[Training.BackboneOptions.self]
        let description = try BackboneDescription(
            entry, options: .init(width: backbone.width, depth: backbone.depth), clip: [3, clip.length, clip.size, clip.size])
        guard !json else { return try Terminal.standard.print(description.json) }
        let summary = description.summary
        let stages = description.stages.map { [$0.name, Text.extents($0.output), Text.count($0.parameters)] }
        let weights = description.weights.map { [$0.name, Text.extents($0.shape)] }
        try Terminal.standard.print(
            """
            \(summary.name): \(summary.summary)
            \(Text.count(summary.parameters)) parameters; \(Text.count(summary.multiplyAdds)) multiply-adds for a clip of \
            \(Text.extents([3, clip.length, clip.size, clip.size]))

            \(Text.table([["stage", "output", "parameters"]] + stages, rightAligned: [2]))

            \(Text.table([["weights", "shape"]] + weights))
            """)
    }

    // MARK: Files

    private func show(_ source: WeightSource) throws {
        for damaged in source.passedOver { logger.warning("passed over \(damaged)") }
        let tensors = source.weights.tensors.sorted { $0.name < $1.name }
        let fits = try source.fits(settings: settings)
        guard !json else {
            return try Terminal.standard.print(
                .object([
                    ("file", .string(subject)), ("digest", .string(source.weights.digest)),
                    ("metadata", .object(source.weights.metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
                    ("tensors", .array(tensors.map(\.json))), ("fits", .array(fits.map(\.json))),
                ]))
        }
        let rows = tensors.map { [$0.name, $0.type.rawValue, Text.extents($0.shape)] }
        let values = tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
        let texts = source.weights.metadata.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.prefix(120))" }
        try Terminal.standard.print(
            ([Text.table([["tensor", "type", "shape"]] + rows), ""] + texts + [
                "\(tensors.count) tensors, \(Text.count(values)) values, SHA-256 \(source.weights.digest)", "",
                Text.table(fits.map { [$0.identity.words, words($0)] }),
            ]).joined(separator: "\n"))
    }

    private func words(_ candidate: WeightSource.Candidate) -> String {
        let fit = candidate.fit
        guard !fit.isWhole else {
            let inflated = fit.matches.contains { $0.change == .inflated } ? ", its kernels inflated" : ""
            return candidate.part == .all ? "fits\(inflated)" : "fits without the classifier\(inflated)"
        }
        return "\(fit.matches.count) tensors fit; missing \(fit.missing.count), unexpected \(fit.unexpected.count), "
            + "of another shape \(fit.mismatched.count)"
    }

    private func show(_ file: ONNXDescription) throws {
        func listed(_ values: [ONNXDescription.Value]) -> String {
            values.map { "\($0.name) [\($0.extents.joined(separator: ", "))]" }.joined(separator: ", ")
        }
        let counts = Dictionary(grouping: file.nodes, by: \.operation).mapValues(\.count).sorted { $0.key < $1.key }
        let values = file.weights.reduce(0) { $0 + $1.shape.reduce(1, *) }
        guard !json else {
            return try Terminal.standard.print(
                .object([
                    ("file", .string(subject)), ("opset", .integer(file.opset)),
                    ("inputs", .string(listed(file.inputs))), ("outputs", .string(listed(file.outputs))),
                    ("operations", .object(counts.map { ($0.key, .integer($0.value)) })),
                    ("metadata", .object(file.metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
                    ("tensors", .array(file.weights.map(\.json))),
                ]))
        }
        try Terminal.standard.print(
            """
            opset \(file.opset), \(listed(file.inputs)) to \(listed(file.outputs))
            \(counts.map { "\($0.value) x \($0.key)" }.joined(separator: ", "))
            \(file.weights.count) tensors, \(Text.count(values)) values
            \(file.metadata.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "\n"))
            """)
    }
}

extension StoredTensor {
    fileprivate var json: JSON {
        .object([
            ("name", .string(name)), ("type", .string(type.rawValue)), ("shape", .array(shape.map(JSON.integer))),
        ])
    }
}

/// A name that is neither a backbone nor a file.
private struct UnknownModel: ReportedError {
    let name: String, known: [String]
    var exitCode: Files.ExitCode { .inputMissing }
    var description: String {
        "\(name): there is no such file, run or backbone; backbones are \(known.joined(separator: ", "))"
            + (NearestName.likely(name, among: known).map { "; did you mean \($0)?" } ?? "")
    }
}
