import Files
import Training

extension RunContents {
    /// What has to be known to repeat the run.
    var configuration: Page.Section {
        Page.Section(id: "configuration", title: "Configuration", parts: [changed, all, versions, digests])
    }

    private typealias Option = (name: String, value: JSON, declaration: OptionDeclaration?)

    /// The options as recorded. Those of a plugin's method are known by their names alone: nothing of it is loaded for a report.
    private var options: [Option] {
        let method = (try? MethodCatalogue.builtIn.entry(named: method))?.type
        let schema = method.map { ConfigurationSchema.training(of: $0) } ?? .training
        return (record.configuration.objectValue ?? []).map { ($0.key, $0.value, schema.declaration(of: $0.key)) }
    }

    private var changed: any PagePart {
        let chosen = options.filter { $0.declaration.map(\.defaultValue) != $0.value }
        guard !chosen.isEmpty else { return Note("Every option has its default.") }
        return Table(
            summary: "Options other than their defaults (\(chosen.count))", isOpen: true,
            columns: [.text("option"), .text("value"), .text("default"), .text("meaning")], rows: chosen.map(cells))
    }

    private var all: Table {
        Table(
            summary: "All options (\(options.count))",
            columns: [.text("option"), .text("value"), .text("default"), .text("meaning")], rows: options.map(cells))
    }

    private func cells(_ option: Option) -> [Table.Cell] {
        [
            .init(option.name), .init(Self.text(option.value)),
            .init(option.declaration.map { Self.text($0.defaultValue) } ?? ""),
            .init(option.declaration?.help ?? ""),
        ]
    }

    private static func text(_ value: JSON) -> String {
        switch value {
        case .null: "none"
        case .string(let text): text
        case .array(let elements): elements.map(text).joined(separator: ",")
        default: value.serialized()
        }
    }

    private var versions: Table {
        let machine = [
            ("kernels", record.kernelSet), ("threads", "\(record.threads)"), ("precision", record.precision),
            ("host", record.host),
        ]
        return Self.table("Versions and machine", record.versions.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } + machine)
    }

    private var digests: Table {
        let weights = record.result?["weightsDigest"]?.stringValue.map { [("weights at the end", $0)] } ?? []
        return Self.table("Digests (SHA-256)", record.digests.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } + weights)
    }

    private static func table(_ summary: String, _ facts: [(String, String)]) -> Table {
        Table(summary: summary, columns: [.text("of"), .text("value")], rows: facts.map { [.init($0), .init($1)] })
    }
}
