package io.autodiff.spi;

import io.autodiff.op.Op;
import java.util.List;

/**
 * A bag of ops. A plugin jar has a class of this type with a public constructor without parameters, and names it in
 * {@code META-INF/services/io.autodiff.spi.OpProvider}.
 *
 * <pre>{@code
 * public final class MyOps implements OpProvider {
 *     static final Op MISH = Op.named("mish").inputs("x")...;
 *
 *     public String name() { return "my-ops"; }
 *
 *     public List<Op> ops() { return List.of(MISH); }
 * }
 * }</pre>
 */
public interface OpProvider {
    /** {@return what messages call this provider} */
    String name();

    /** {@return the ops, each of which is whole} */
    List<Op> ops();

    /** {@return every op provider that the class path has, in the order in which it has them} */
    static List<OpProvider> installed() {
        return Services.installed(OpProvider.class);
    }
}
