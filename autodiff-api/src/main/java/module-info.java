/** Automatic differentiation for Java: tensors, variables, the gradient tape, and the service interfaces of engines and ops. */
module io.autodiff {
    requires static org.jspecify;

    exports io.autodiff;
    exports io.autodiff.nn;
    exports io.autodiff.op;
    exports io.autodiff.optimizer;
    exports io.autodiff.spi;
    exports io.autodiff.transform;

    uses io.autodiff.spi.AutodiffProvider;
    uses io.autodiff.spi.OpProvider;
}
