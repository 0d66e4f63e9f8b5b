package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
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
 * Tells of annotations before the beans that have them are created, so that code which asks for an instance earlier,
 * such as that of a constructor, gets it with their settings. It sees the classes that bean definitions name, and
 * creates no bean to see more. Thread-safe.
 */
public final class EarlyAnnotations {

    private static final Logger log = LoggerFactory.getLogger(EarlyAnnotations.class);

    private static final int LOOKED_EARLY = 1;
    private static final int LOOKED = 2;

    private final ConfigurableListableBeanFactory beans;
    private final MethodPipelines pipelines;
    /** 0 until somebody has asked. */
    private final AtomicInteger state = new AtomicInteger();

    /**
     * The annotations of a context.
     *
     * @param beans whose definitions are looked at
     */
    public EarlyAnnotations(ConfigurableListableBeanFactory beans, MethodPipelines pipelines) {
        this.beans = beans;
        this.pipelines = pipelines;
    }

    /**
     * Announces the instances that annotations will ask for, once all definitions are there; and before, to who asks
     * that early.
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
     * The problems of the settings that annotations have. Creates no instance.
     *
     * @param names called with the pattern and the name of each instance that an annotation names
     */
    public Set<Problem> check(InstanceFactory instances, BiConsumer<PatternDescriptor<?, ?>, String> names) {
        List<Declaration> declarations = declarations();
        pipelines.announce(declarations);
        Set<Problem> problems = new LinkedHashSet<>();
        for (Declaration declaration : declarations) {
            try {
                String name = pipelines.nameOf(declaration);
                names.accept(declaration.pattern(), name);
                instances.problems().requireReadable(declaration.pattern(), name, declaration.location());
            } catch (ResilienceConfigurationException e) {
                problems.addAll(e.problems());
            }
        }
        return problems;
    }

    private List<Declaration> declarations() {
        List<Declaration> declarations = new ArrayList<>();
        for (String name : beans.getBeanNamesForType(Object.class, true, false)) {
            try {
                Class<?> type = beans.getType(name, false);
                if (type != null && Candidates.has(type)) {
                    MethodPipelines.annotatedMethods(ClassUtils.getUserClass(type))
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
