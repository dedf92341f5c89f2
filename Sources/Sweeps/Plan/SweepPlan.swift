import Datasets
import Files
import Training

/// The cells that a sweep file describes, each with its configuration, checked before any of them runs.
public struct SweepPlan: Sendable {
    /// The cells in the order of the file, the last axis fastest.
    public let cells: [SweepCell]
    /// What was written for each cell, by its name.
    private let written: [String: [ConfigurationLayer]]
    private let methods: MethodCatalogue

    /// More cells are planned only where somebody says that they are meant.
    public static let modestCount = 1000
    /// More cells are never planned.
    public static let largestCount = 100_000

    /// Goes through the grid of `file`.
    ///
    /// - Parameters:
    ///   - settings: `key=value` over what the file says; one of an option of the grid takes the place of its list.
    ///   - share: Options that cells have unless something is written for them: their part of the machine.
    ///   - isMeant: Whether there may be more than `modestCount` cells.
    /// Throws `ConfigurationError` with everything that is wrong, `SweepError.tooManyCells`, and what `Configuration.training` throws.
    public init(
        _ file: SweepFile, settings: [String] = [], share: [String] = [], isMeant: Bool = false,
        methods: MethodCatalogue = .builtIn
    ) throws {
        let written = ConfigurationLayer.commandLine(settings)
        let axes = try file.axes(replacedBy: written)
        let count = axes.reduce(1) { product, axis in
            let (result, overflows) = product.multipliedReportingOverflow(by: axis.values.count)
            return overflows ? .max : result
        }
        guard count <= (isMeant ? Self.largestCount : Self.modestCount) else {
            throw SweepError.tooManyCells(file: file.path, count: count)
        }
        var cells: [SweepCell] = [], layers: [String: [ConfigurationLayer]] = [:], titles: [String: String] = [:]
        // Options of published numbers that no cell has.
        var strange = file.referredOptions
        for inputs in Self.combinations(of: axes) {
            let layer = ConfigurationLayer(zip(axes, inputs).map { ($0.name, $1, $0.origin) })
            guard !file.exclusions.contains(where: { $0.matches(layer) }) else { continue }
            let all = [.commandLine(share), file.base, written, layer]
            let configuration = try Configuration.training(written: all, methods: methods)
            strange.removeAll { configuration[$0.name] != nil }
            let values = axes.map { axis in
                SweepCell.Value(name: axis.name, text: configuration[axis.name].map { Configuration.text($0.value) } ?? "")
            }
            let cell = SweepCell(
                name: configuration.cellName, values: values.isEmpty ? configuration.ownValues : values,
                published: try file.published(for: configuration))
            if let other = titles.updateValue(cell.title, forKey: cell.name) {
                throw SweepError.alikeCells(file: file.path, titles: [other, cell.title])
            }
            cells.append(cell)
            layers[cell.name] = all
        }
        guard !cells.isEmpty else { throw SweepError.noCells(file: file.path) }
        guard strange.isEmpty else { throw ConfigurationError(findings: strange.map(\.finding)) }
        self.cells = cells
        self.written = layers
        self.methods = methods
    }

    /// The whole configuration of `cell`, with the origin of every value. Throws what `Configuration.training` throws.
    public func configuration(of cell: SweepCell) throws -> Configuration {
        try .training(written: written[cell.name] ?? [], methods: methods)
    }

    /// Throws `SweepError.undividedParts` where `ranks` processes cannot share the parts of a cell's batches.
    func requireParts(for ranks: Int) throws {
        guard ranks > 1 else { return }
        for cell in cells {
            let parts = try configuration(of: cell)[BatchOptions.self].microbatches
            guard parts % ranks == 0 else { throw SweepError.undividedParts(title: cell.title, parts: parts, ranks: ranks) }
        }
    }

    /// All combinations of values, the last axis fastest; one without axes.
    private static func combinations(of axes: [SweepFile.Axis]) -> [[ConfigurationInput]] {
        axes.reduce([[]]) { combinations, axis in combinations.flatMap { head in axis.values.map { head + [$0] } } }
    }
}

extension SweepFile {
    /// The grid, the seeds of repeats last; lists of options that `written` names become its value.
    fileprivate func axes(replacedBy written: ConfigurationLayer) throws(ConfigurationError) -> [Axis] {
        let axes = grid.map { axis in
            guard let entry = written.entries.last(where: { $0.name == axis.name }) else { return axis }
            return Axis(name: axis.name, values: [entry.input], origin: entry.origin)
        }
        guard let repeats else { return axes }
        let first = ConfigurationLayer.text(of: "seed", in: [base, written]).flatMap { Int($0) } ?? 0
        let (end, overflows) = first.addingReportingOverflow(repeats)
        guard !overflows else {
            throw ConfigurationError(findings: [
                .conflict(reason: "\(path): repeats: \(repeats) seeds from seed=\(first) on are more than there are numbers")
            ])
        }
        return axes + [
            Axis(name: "seed", values: (first..<end).map { .text("\($0)") }, origin: .file(path: path, line: 1))
        ]
    }

    /// The options that published numbers are about, each with what is wrong where no cell has it.
    fileprivate var referredOptions: [(name: String, finding: ConfigurationFinding)] {
        references.flatMap { reference in
            reference.selection.values.map { name, _ in
                (name, .malformed(origin: reference.selection.origin, reason: "published: there is no option \(name)"))
            }
        }
    }

    fileprivate func published(for configuration: Configuration) throws -> [PublishedNumber] {
        try references.filter { $0.selection.matches(configuration) }.map { reference in
            switch reference.source {
            case .number(let number): return number
            case .result(let name): return try shipped(name, reference.selection.origin)
            }
        }
    }

    private func shipped(_ name: String, _ origin: ConfigurationOrigin) throws -> PublishedNumber {
        do {
            let entry = try PublishedResults.standard().entry(named: name)
            let facts = [entry.backbone, entry.pretraining, entry.source].compactMap(\.self)
            return PublishedNumber(
                percent: entry.accuracyTop1, deviation: entry.deviation, source: facts.joined(separator: ", "))
        } catch {
            throw ConfigurationError(findings: [.malformed(origin: origin, reason: "published: \(error)")])
        }
    }
}

extension SweepFile.Selection {
    /// Whether `layer` gives every option of the selection one of its values.
    fileprivate func matches(_ layer: ConfigurationLayer) -> Bool {
        values.allSatisfy { name, wanted in layer.entries.contains { $0.name == name && wanted.contains($0.input) } }
    }

    /// Whether `configuration` has for every option of the selection one of its values.
    fileprivate func matches(_ configuration: Configuration) -> Bool {
        values.allSatisfy { name, wanted in
            guard let entry = configuration[name] else { return false }
            return wanted.contains { $0.words == Configuration.text(entry.value) }
        }
    }
}

extension Configuration {
    /// The digest of every value that changes results, and of where data, split and first weights are.
    fileprivate var cellName: String {
        let places = ["data", "split", "init"].map { "\($0)=\(self[$0].map { Configuration.text($0.value) } ?? "")\n" }
        return String(SHA256.hexadecimal(of: digest + "\n" + places.joined()).prefix(16))
    }

    /// What a cell is called where there is no grid.
    fileprivate var ownValues: [SweepCell.Value] {
        let run = self[RunOptions.self]
        return [
            .init(name: "method", text: run.method), .init(name: run.split == nil ? "labels" : "split", text: run.labelSource),
            .init(name: "seed", text: "\(run.seed)"),
        ]
    }
}
