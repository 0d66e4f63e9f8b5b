package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.settings.Compatibility;
import io.netrun.resilience.spring.settings.InstanceFactory;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * Announces annotations before their beans are created, so that code that requests an instance early, such as in a
 * constructor, gets it with the annotation's settings. It reads only the classes that bean definitions name, and
 * creates no bean to find more. Thread-safe.
 */
public final class EarlyAnnotations {

    private static final Logger log = LoggerFactory.getLogger(EarlyAnnotations.class);

    private static final int LOOKED_EARLY = 1;
    private static final int LOOKED = 2;

    private final ConfigurableListableBeanFactory beans;
    private final MethodPipelines pipelines;
    /** 0 until the first look. */
    private final AtomicInteger state = new AtomicInteger();

    /**
     * Creates the announcer of a context.
     *
     * @param beans the bean factory whose definitions are read
     */
    public EarlyAnnotations(ConfigurableListableBeanFactory beans, MethodPipelines pipelines) {
        this.beans = beans;
        this.pipelines = pipelines;
    }

    /**
     * Announces the instances that annotations will request, once all bean definitions are present. An earlier call
     * announces those that are known by then.
     */
    public void announce() {
        int now = state.get();
        if (now == LOOKED) {
            return;
        }
        boolean complete = beans.isConfigurationFrozen();
        if (now == LOOKED_EARLY && !complete) {
            return;
        }
        if (state.compareAndSet(now, complete ? LOOKED : LOOKED_EARLY)) {
            pipelines.announce(declarations());
        }
    }

    /**
     * The problems of the annotations' settings. Creates no instance.
     *
     * @param names called with the pattern and the name of each instance that an annotation names
     */
    public Set<Problem> check(InstanceFactory instances, BiConsumer<PatternDescriptor<?, ?>, String> names) {
        List<Declaration> declarations = declarations();
        pipelines.announce(declarations);
        Set<Problem> problems = new LinkedHashSet<>();
        for (Declaration declaration : declarations) {
            Problem.collect(problems, () -> {
                String name = pipelines.nameOf(declaration);
                names.accept(declaration.pattern(), name);
                instances.problems().requireReadable(declaration.pattern(), name, declaration.location());
            });
        }
        return problems;
    }

    private List<Declaration> declarations() {
        Compatibility compatibility = Compatibility.of(beans);
        List<Declaration> declarations = new ArrayList<>();
        for (String name : beans.getBeanNamesForType(Object.class, true, false)) {
            try {
                Class<?> type = beans.getType(name, false);
                if (type != null && Candidates.has(type)) {
                    MethodPipelines.annotatedMethods(ClassUtils.getUserClass(type), compatibility)
                            .values()
                            .forEach(declarations::addAll);
                }
            } catch (RuntimeException | LinkageError unreadable) {
                log.debug("The class of bean '{}' cannot be examined for annotations yet", name, unreadable);
            }
        }
        return declarations;
    }
}
