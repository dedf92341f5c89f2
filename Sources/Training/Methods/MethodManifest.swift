import Datasets

/// What a method is called and what it is.
public struct MethodManifest: Sendable {
    /// The name on the command line: lower case, digits and hyphens.
    public let name: String
    /// One line about it.
    public let summary: String
    /// Where it was published.
    public let paper: String
    /// What differs from the publication, one line each.
    public let departures: [String]
    /// Values of the publication for options of the kit and of the method, where the defaults are others.
    ///
    /// They come before what a data set recommends, a file or a person says.
    public let defaults: [(option: String, value: String)]
    /// What its samples are.
    public let samples: SampleKind

    /// A manifest; see the properties.
    public init(
        name: String, summary: String, paper: String, departures: [String] = [], defaults: [(option: String, value: String)] = [],
        samples: SampleKind = .clips
    ) {
        self.name = name
        self.summary = summary
        self.paper = paper
        self.departures = departures
        self.defaults = defaults
        self.samples = samples
    }
}
