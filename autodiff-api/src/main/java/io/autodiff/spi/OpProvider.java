package io.autodiff.spi;

import io.autodiff.op.Op;
import java.util.List;

/**
 * A bag of ops. A plugin jar has a class of this type with a public constructor without parameters, and names it in
 * {@code META-INF/services/io.autodiff.spi.OpProvider}; a plugin that is a module says {@code provides} instead.
 *
 * <p>The class is made and asked while ops are looked for, by several threads at once if they come first together, so that it only
 * declares: it uses no op by name, neither in {@link #ops()} nor in its constructor or static initialiser. If it fails, its ops are not
 * there, and asking for one tells why.
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
    /**
     * The version of this interface, and of all that ops are made of, that this library has. It goes up when providers that were
     * written for the one before need not work any more.
     */
    int SPI_VERSION = 1;

    /** {@return what messages call this provider} */
    String name();

    /** {@return the ops, each of which is whole} */
    List<Op> ops();

    /**
     * The {@link #SPI_VERSION} that the provider was written for. A provider of another version is not used; asking for its ops tells.
     *
     * @return 1 unless the provider says that it was written for a later one
     */
    default int spiVersion() {
        return 1;
    }

    /** {@return every op provider that the class path has and that loads, in the order in which it has them} */
    static List<OpProvider> installed() {
        return Services.installed(OpProvider.class);
    }
}
