import Datasets
import Files
import Training

extension RunContents {
    /// What was found of the clips that were read.
    var damage: Page.Section {
        let entries = Found { try DamageTable.entries(of: folder + "/damage.tsv") }
        return Page.Section(id: "damage", title: "Damage", parts: counts + videos(entries))
    }

    private var counts: [any PagePart] {
        guard let clips = record.damage?["clips"] ?? record.result?["clipsRead"] else { return [] }
        let kinds = [
            (ClipVerdict.ok, "Whole clips read"), (.lacking, "Whole, but without what a view shows"), (.damaged, "With errors"),
            (.rejected, "Not readable"),
        ]
        return [Facts(kinds.map { verdict, name in (name, Words.count(clips[verdict.rawValue]?.integerValue ?? 0)) })]
    }

    private func videos(_ entries: Found<[DamageLedger.Entry]>) -> [any PagePart] {
        guard let found = entries.value else {
            let reason = entries.problem ?? "What is damaged has not been written yet."
            return [Note(reason, isWarning: entries.problem != nil)]
        }
        guard !found.isEmpty else { return [Note("No video was damaged.")] }
        let shown = found.sorted { ($1.verdict, $0.path) < ($0.verdict, $1.path) }.prefix(100)
        let rest = found.count - shown.count
        let table = Table(
            name: "Damaged videos", columns: [.text("video"), .text("verdict"), .number("clips"), .text("reason")],
            rows: shown.map {
                [.init($0.path), .init($0.verdict.rawValue), .init(Words.count($0.occurrences)), .init($0.reason)]
            })
        return [table] + (rest > 0 ? [Note("\(Words.things(rest, "more video")) stand in damage.tsv.")] : [])
    }
}
