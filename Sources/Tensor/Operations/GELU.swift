/// The two forms of the Gaussian error linear unit.
public enum GELUForm: Sendable {
    /// With the error function.
    case exact
    /// With the hyperbolic tangent, near to the exact form (PyTorch's `approximate="tanh"`).
    case tanh
}

extension Tensor {
    /// x times the share of a standard normal distribution below x (Hendrycks and Gimpel 2016).
    /// Backward: dx = dy times the slope of the form.
    public func gelu(_ form: GELUForm = .exact) -> Tensor {
        let x = unrecorded
        switch form {
        case .exact:
            let share = ((x * 0.5.squareRoot()).erf() + 1) * 0.5
            return (x * share).recorded("gelu", from: [self]) { dy in
                let density = (x.square() * -0.5).exp() * (1 / (2 * Double.pi).squareRoot())
                return [dy * (share + x * density)]
            }
        case .tanh:
            let slope = (2 / Double.pi).squareRoot(), cubic = 0.044715
            let squared = x.square()
            let bend = (x * (squared * cubic + 1) * slope).tanh()
            return (x * (bend + 1) * 0.5).recorded("gelu", from: [self]) { dy in
                let inner = (squared * (3 * cubic) + 1) * slope
                return [dy * ((bend + 1) + x * (1 - bend.square()) * inner) * 0.5]
            }
        }
    }
}
