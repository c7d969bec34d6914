package io.autodiff;

import java.util.List;

/**
 * Code that assigns variables or prints, traced once.
 *
 * <pre>{@code
 * CompiledAction step = Functions.compileAction(() -> sgd.minimize(() -> loss(x), List.of(x)));
 * step.run();
 * }</pre>
 */
public final class CompiledAction extends Compiled implements Runnable {
    CompiledAction(Runnable action) {
        super(arguments -> {
            action.run();
            return List.of();
        });
    }

    /** Calls the code. */
    @Override
    public void run() {
        call(List.of());
    }
}
