extension SplitAudit {
    /// Checks the list that `list` names (one of the catalogue, or a file) for `dataSet`; without a list the data set itself.
    ///
    /// Without a data set a list of the catalogue is checked against the official parts of its data set. Throws `DataSetError`,
    /// also where the catalogue is needed and not there.
    public init(list: String?, dataSet: DataSet?) throws(DataSetError) {
        switch (list, dataSet) {
        case (let list?, let dataSet?):
            let (labelled, digest) = try SplitAudit.labelled(list)
            self.init(of: labelled, name: list, in: dataSet, expectedDigest: digest)
        case (nil, let dataSet?): self.init(of: dataSet)
        case (let list?, nil): self = try SplitAudit.published(list)
        case (nil, nil): preconditionFailure("neither a list nor a data set to check")
        }
    }

    /// The list, and the digest that it should have where its draw is known.
    private static func labelled(_ nameOrPath: String) throws(DataSetError) -> (SplitList, digest: String?) {
        guard let catalogue = try? SplitCatalogue.standard() else { return (try SplitList(contentsOf: nameOrPath), nil) }
        let list = try catalogue.splitList(nameOrPath: nameOrPath)
        return (list, catalogue.expectedDigest(of: list))
    }

    private static func published(_ nameOrPath: String) throws(DataSetError) -> SplitAudit {
        let catalogue = try SplitCatalogue.standard()
        guard let entry = catalogue.entries.first(where: { $0.name == nameOrPath }) else {
            let list = try catalogue.splitList(nameOrPath: nameOrPath)
            return SplitAudit(
                of: list.names.enumerated().map { ListedClip(name: $1, line: $0 + 1) }, name: nameOrPath, digest: list.digest)
        }
        func official(_ part: SplitCatalogue.Part) throws(DataSetError) -> [ListedClip]? {
            guard let whole = catalogue.official(entry.dataSet, split: entry.split ?? 1, part: part), whole != entry else {
                return nil
            }
            return try catalogue.list(whole).clips
        }
        return SplitAudit(
            of: try catalogue.list(entry).clips, name: entry.name, classes: try catalogue.classes(of: entry.dataSet),
            train: entry.part == .test ? nil : try official(.train), test: entry.part == .test ? nil : try official(.test))
    }
}
