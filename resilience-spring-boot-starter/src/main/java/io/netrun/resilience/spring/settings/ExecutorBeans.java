package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.problem.SpellingSuggestion;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.convert.converter.Converter;
import org.springframework.core.task.SyncTaskExecutor;

/**
 * The executors that settings refer to. There is one object per name, so that settings with the same bean name are
 * equal. Thread-safe.
 */
final class ExecutorBeans implements Converter<String, Executor> {

    private final @Nullable ListableBeanFactory beans;
    private final ConcurrentMap<String, ExecutorBean> named = new ConcurrentHashMap<>();

    /**
     * Creates the executors of an application.
     *
     * @param beans null if settings are read without an application; then every name is accepted
     */
    ExecutorBeans(@Nullable ListableBeanFactory beans) {
        this.beans = beans;
    }

    /**
     * The executor with that bean name; null for a blank name.
     *
     * @throws IllegalArgumentException if there is no such bean, or if it cannot run calls on other threads. The
     *     message is the remedy.
     */
    @Override
    public @Nullable Executor convert(String text) {
        String name = text.trim();
        if (name.isEmpty()) {
            return null;
        }
        ListableBeanFactory factory = beans;
        if (factory == null) {
            return new ExecutorBean(name, () -> Runnable::run);
        }
        requireUsable(factory, name);
        return named.computeIfAbsent(
                name, first -> new ExecutorBean(first, () -> factory.getBean(first, Executor.class)));
    }

    /** Checks the type only, without creating the bean. */
    private static void requireUsable(ListableBeanFactory factory, String name) {
        if (!factory.containsBean(name)) {
            List<String> known =
                    List.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(factory, Executor.class, true, false));
            String nearest = SpellingSuggestion.to(name, known);
            throw new IllegalArgumentException("No bean has this name. "
                    + (nearest.isEmpty() ? "" : "Did you mean '" + nearest + "'? ")
                    + (known.isEmpty()
                            ? "Define a bean of type java.util.concurrent.Executor"
                            : "Available executors: " + String.join(", ", known)));
        }
        if (!factory.isTypeMatch(name, Executor.class)) {
            throw new IllegalArgumentException("The bean of this name is not a java.util.concurrent.Executor"
                    + typeOf(factory, name) + ". Use the name of an executor bean");
        }
        if (factory.isTypeMatch(name, SyncTaskExecutor.class)) {
            throw new IllegalArgumentException(
                    "A SyncTaskExecutor runs calls on the caller's thread, which could not return"
                            + " in time. Use an executor with threads of its own");
        }
    }

    private static String typeOf(ListableBeanFactory factory, String name) {
        Class<?> type = factory.getType(name, false);
        return type == null ? "" : ", but a " + type.getName();
    }
}
