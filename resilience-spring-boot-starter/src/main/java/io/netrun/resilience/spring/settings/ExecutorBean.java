package io.netrun.resilience.spring.settings;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;

/**
 * An executor of the application, referenced by its bean name. The bean is looked up with the first task, so that an
 * instance that is created early does not initialize the bean too early. Thread-safe.
 */
public final class ExecutorBean implements Executor {

    private final String name;
    private final Supplier<Executor> bean;

    /** Looked up once, even if the bean is not a singleton: one pool per call would limit nothing. */
    private volatile @Nullable Executor found;

    ExecutorBean(String name, Supplier<Executor> bean) {
        this.name = name;
        this.bean = bean;
    }

    /**
     * Passes a task to the bean.
     *
     * @throws RejectedExecutionException if the bean rejects the task or is not available, for example while the
     *     application shuts down
     */
    @Override
    public void execute(Runnable task) {
        Executor present = found;
        if (present == null) {
            try {
                present = bean.get();
            } catch (BeansException | IllegalStateException e) {
                throw new RejectedExecutionException("Executor bean '" + name + "' is not available", e);
            }
            found = present;
        }
        present.execute(task);
    }

    /** The name of the bean. */
    @Override
    public String toString() {
        return name;
    }
}
