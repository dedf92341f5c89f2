import Files
import TestSupport
import Testing
import Training

/// The table of test scores as it is read.
@Suite struct ScoreTableTests {
    private let folder: TemporaryFolder
    private let head = "video\tgroup\tlabel\tprediction\trank\tdown\tup\n"

    init() throws { folder = try TemporaryFolder() }

    private func read(_ text: String) throws -> ScoreTable { try ScoreTable(contentsOf: folder.file("scores.tsv", text)) }

    @Test func rowsAndClassesAreRead() throws {
        let table = try read(head + "down/a\tg1\tdown\tup\t2\t-1.5\t2e-3\nup/b c\t\tup\tup\t1\t0\t7.25\n")
        #expect(table.classes == ["down", "up"] && table.rows.count == 2)
        let (first, second) = (table.rows[0], table.rows[1])
        #expect(first.video == "down/a" && first.group == "g1" && first.label == 0 && first.prediction == 1 && first.rank == 2)
        #expect(first.scores == [-1.5, 0.002] && !first.isRight)
        #expect(second.video == "up/b c" && second.group == nil && second.scores == [0, 7.25] && second.isRight)
        #expect(try read(head).rows.isEmpty)
    }

    @Test(arguments: [
        ("down/a\tg\tdown\tup\t2\t1\n", 2, "columns", "expected 7 as in the first line, found 6"),
        ("down/a\tg\tleft\tup\t2\t1\t2\n", 2, "label", "found left"),
        ("down/a\tg\tdown\tright\t2\t1\t2\n", 2, "prediction", "found right"),
        ("down/a\tg\tdown\tup\t3\t1\t2\n", 2, "rank", "from 1 to 2, found 3"),
        ("down/a\tg\tdown\tup\t2\t1\t2\ndown/b\tg\tdown\tup\t2\t1\tnan\n", 3, "score 2", "expected a finite number, found nan"),
        ("down/a\tg\tdown\tup\t2\t1\t2\n\n", 3, "columns", "found 1"),
    ])
    func whatIsWrongIsNamed(rows: String, line: Int, field: String, text: String) throws {
        let error = #expect(throws: MalformedScores.self) { try read(head + rows) }
        #expect(error?.line == line && error?.field == field && error?.exitCode == .badData)
        #expect(error?.description.contains("scores.tsv: line \(line): \(field): ") == true)
        #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
    }

    @Test func anotherFileIsRefused() throws {
        for text in ["", "video\tgroup\tlabel\tprediction\trank\n", "step\tloss\n"] {
            #expect(throws: MalformedScores.self) { try read(text) }
        }
        #expect(throws: FileError.missing(path: folder("gone"))) { try ScoreTable(contentsOf: folder("gone")) }
    }
}
