import Files
import Training

extension RunContents {
    /// How the run went, in a few numbers.
    var overview: Page.Section {
        Page.Section(id: "result", title: "Result", parts: [Headline(figures: figures)] + notes)
    }

    private var figures: [Headline.Figure] {
        let result = record.result
        func share(_ key: String) -> String? { result?[key]?.realValue.map { Words.percent($0) } }
        let training = timings.column("seconds").map { $0.values.reduce(0) { $0 + $1.value } }
        // Among five classes or fewer every answer is one of the five best.
        let topFive = record.classes.count > 5 ? share("accuracyTop5") : nil
        let scores = (result?["scores"]?.objectValue ?? []).compactMap { name, value in
            name.hasPrefix(Self.groupAccuracy)
                ? nil
                : value.realValue.map {
                    Headline.Figure(name: name, value: Words.number($0), detail: "by the method's own evaluator")
                }
        }
        let figures: [Headline.Figure?] = [
            share("accuracyTop1").map { .init(name: probed ?? "Top-1 accuracy", value: $0, detail: interval) },
            topFive.map { .init(name: "Top-5 accuracy", value: $0) },
            hasClasses ? share("meanClassAccuracy").map { .init(name: "Mean of classes", value: $0) } : nil,
            result?["testClips"]?.integerValue.map { .init(name: "Test clips", value: Words.count($0), detail: leftOut) },
            .init(name: "Steps", value: Words.count(stepCount)),
            training.map {
                .init(name: "Training time", value: Words.time($0), detail: "on \(record.threads) threads, \(record.precision)")
            },
        ]
        return figures.compactMap(\.self) + scores
    }

    /// What the accuracy is of, where the run has trained a backbone alone.
    private var probed: String? {
        record.result?["probe"]?["labeledClips"]?.integerValue.map {
            "Top-1 of a linear probe on \(Words.things($0, "labelled clip"))"
        }
    }

    /// The interval of the accuracy in words.
    private var interval: String? {
        guard let found = record.result?["accuracyTop1Interval"], let low = found["low"]?.realValue,
            let high = found["high"]?.realValue, let units = found["units"]?.integerValue
        else { return nil }
        let of = found["by"]?.stringValue == "group" ? Words.things(units, "group") : Words.things(units, "video")
        return "95 % interval over \(of): \(Words.percent(low)) to \(Words.percent(high))"
    }

    private var leftOut: String? {
        let damaged = record.result?["damagedTestClips"]?.integerValue ?? 0
        return damaged > 0 ? "\(Words.count(damaged)) more are damaged and left out" : nil
    }

    /// What a reader has to know before all else.
    private var notes: [Note] {
        let state: String? =
            switch record.state {
            case .finished: nil
            case .stopped: "The run was stopped after \(Words.things(stepCount, "step")); there is no result yet."
            case .failed: "The run ended with an error after \(Words.things(stepCount, "step")); there is no result."
            case .running:
                "The run had not ended when this was written: it is at work, or it was killed. \(Words.things(stepCount, "step")) are done."
            }
        let untested = record.state == .finished && record.result?["accuracyTop1"]?.realValue == nil
        let changes = record.changes.map { change in
            let differences = (change["differences"]?.arrayValue ?? []).compactMap(\.stringValue).joined(separator: "; ")
            return "From step \(change["step"]?.integerValue ?? 0) on something differed that changes results: \(differences)."
        }
        let skipped = metrics.skipped.first.map { first in
            "Steps that were left out because something was no number: \(Words.count(metrics.skipped.count)). "
                + "The first is step \(Words.count(first.step)): \(first.quantity)."
        }
        let all = [
            state, untested ? "The data has no test part, so that there is no accuracy." : nil, skipped, metrics.problem,
            timings.problem,
        ]
        return (all.compactMap(\.self) + changes).map { Note($0, isWarning: true) }
    }
}
