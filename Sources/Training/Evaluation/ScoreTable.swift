import Files

extension ClassificationReport {
    /// Writes a table of tabs and lines: each video with its group, its true class, the predicted one, the rank of the true class
    /// from 1, and the score of every class, the mean of the logits over the views. Throws `FileError`.
    func writeScores(classes: [String], to path: String) throws(FileError) {
        let head = ["video", "group", "label", "prediction", "rank"] + classes
        let lines = rows.map { row in
            let facts = [row.name, row.group ?? "", classes[row.label], classes[prediction(of: row)], String(rank(of: row) + 1)]
            // The network's scores have no more digits than Float has.
            return facts + row.scores.map { String(Float($0)) }
        }
        try AtomicFile.write(([head] + lines).map { $0.joined(separator: "\t") + "\n" }.joined(), to: path)
    }
}
