internal import Mustache

/// The templates of `Templates/`, which are compiled in.
struct Templates {
    /// A template by the name of its file.
    enum Name: String, CaseIterable {
        case page
        case note, headline, facts, table
        case linePlot = "line-plot"
        case barPlot = "bar-plot"
        case heatMap = "heat-map"
        case clipCards = "clip-cards"

        fileprivate var bytes: [UInt8] {
            switch self {
            case .page: PackageResources.page_mustache
            case .note: PackageResources.note_mustache
            case .headline: PackageResources.headline_mustache
            case .facts: PackageResources.facts_mustache
            case .table: PackageResources.table_mustache
            case .linePlot: PackageResources.line_plot_mustache
            case .barPlot: PackageResources.bar_plot_mustache
            case .heatMap: PackageResources.heat_map_mustache
            case .clipCards: PackageResources.clip_cards_mustache
            }
        }
    }

    /// The style sheet and the script of every page.
    static let style = String(decoding: PackageResources.report_css, as: UTF8.self)
    static let script = String(decoding: PackageResources.report_js, as: UTF8.self)

    private let library: MustacheLibrary

    /// Parses all of them. Throws where one is no Mustache.
    init() throws {
        var library = MustacheLibrary()
        for name in Name.allCases { try library.register(String(decoding: name.bytes, as: UTF8.self), named: name.rawValue) }
        self.library = library
    }

    /// What the template of `part` writes of it.
    func render(_ part: any PagePart) -> String { render(part, type(of: part).template) }

    /// What a template writes of the stored properties of `object`.
    func render(_ object: Any, _ name: Name) -> String { library.render(object, withTemplate: name.rawValue) ?? "" }
}
