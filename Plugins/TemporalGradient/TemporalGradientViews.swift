import Augment
import Datasets
import Training

extension TemporalGradientOptions {
    /// RGB and temporal gradient of the same frames under the same crop and mirroring; strong operations are drawn for each.
    func views(_ standard: StandardViews) -> ViewPlan {
        // Operations drown the faint levels of a gradient: that of a labelled clip has none, whatever the clip has.
        var labeled = [ViewRequest(name: "gradient", kind: .temporalGradient, source: .aligned(with: "clip"))]
        var unlabeled = [
            ViewRequest(name: "weakGradient", kind: .temporalGradient, source: .aligned(with: "weak")),
            ViewRequest(
                name: "strongGradient", kind: .temporalGradient, source: .view("weakGradient"),
                photometry: .drawn(standard.strong)),
        ]
        if comparesOtherClips {
            let other = ViewRequest(
                name: "otherGradient", kind: .temporalGradient, source: .weak(standard.window, standard.weak))
            labeled.append(other)
            unlabeled.append(other)
        }
        return ViewPlan([
            standard.labeledStream(labeledView, and: labeled), standard.unlabeledStream(and: unlabeled),
        ])
    }
}
