import ArgumentParser
import Files
import Training

/// `semisup doctor`
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Shows what computes and decodes here, what is missing and how to install it.",
        discussion: "Example: semisup doctor --json")

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let report = SystemReport()
        if json {
            try Terminal.standard.print(report.json)
        } else {
            try Terminal.standard.print(text(report))
        }
        if !report.isUsable { throw ArgumentParser.ExitCode(Files.ExitCode.unavailable.rawValue) }
    }

    private func text(_ report: SystemReport) -> String {
        var section = ""
        let rows = report.facts.map { fact in
            defer { section = fact.section }
            return [fact.section == section ? "" : fact.section, fact.name, fact.value]
        }
        let findings = report.findings.map { finding in
            "\(finding.isNeeded ? "NEEDED" : "advice"): \(finding.problem)\n  \(finding.remedy)"
        }
        return ([Text.table(rows), ""] + (findings.isEmpty ? ["nothing is missing"] : findings)).joined(separator: "\n")
    }
}
