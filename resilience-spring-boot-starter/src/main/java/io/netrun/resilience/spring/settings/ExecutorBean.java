package io.netrun.resilience.spring.settings;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;

/**
 * An executor of the application, by the name of its bean. The bean is asked for with the first task, so that an
 * instance which is created early does not create it before its time. Thread-safe.
 */
public final class ExecutorBean implements Executor {

    private final String name;
    private final Supplier<Executor> bean;

    /** Asked for once even if it is no singleton: a pool for each call would bound nothing. */
    private volatile @Nullable Executor found;

    ExecutorBean(String name, Supplier<Executor> bean) {
        this.name = name;
        this.bean = bean;
    }

    /**
     * Hands a task to the bean.
     *
     * @throws RejectedExecutionException if the bean does not take it, or is not there, as while the application shuts
     *     down
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
