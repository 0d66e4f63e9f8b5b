package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.problem.Problem;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Builds the pipelines of all annotated methods of a context, and finds what is wrong with their annotations.
 * Thread-safe.
 */
public final class AnnotationCheck {

    private final ConfigurableListableBeanFactory beans;
    private final Environment environment;
    private final MethodPipelines pipelines;
    private final BeanProxies proxies;
    private final Reach reach;

    /** The beans whose methods have been checked, for each way in which these are intercepted or not. */
    private final Set<Checked> checked = ConcurrentHashMap.newKeySet();

    /**
     * Creates the check of the beans of a context.
     *
     * @param proxies reports for each bean whether its calls are protected
     */
    public AnnotationCheck(
            ConfigurableListableBeanFactory beans,
            Environment environment,
            MethodPipelines pipelines,
            BeanProxies proxies) {
        this.beans = beans;
        this.environment = environment;
        this.pipelines = pipelines;
        this.proxies = proxies;
        this.reach = new Reach(AdviceMode.in(environment), proxies);
        pipelines.decidedBy(reach);
    }

    /** The problems of all beans whose classes are known. */
    public Set<Problem> all() {
        Collection<AnnotatedBeans> annotated = AnnotatedBeans.in(beans, proxies.created());
        annotated.forEach(each -> each.names().forEach(name -> checked.add(checked(name, each.type()))));
        Set<Problem> problems = check(annotated);
        problems.forEach(pipelines::isNew);
        return problems;
    }

    /**
     * The problems of a bean that was created after start-up, without those that have been reported.
     *
     * @param name the name of the bean
     * @param type the class of the bean; one that has been checked is not checked again, as long as the calls of the
     *     bean are intercepted in the same way
     */
    public List<Problem> late(String name, Class<?> type) {
        Class<?> userClass = ClassUtils.getUserClass(type);
        return checked.add(checked(name, userClass))
                ? check(List.of(AnnotatedBeans.of(beans, name, userClass))).stream()
                        .filter(pipelines::isNew)
                        .toList()
                : List.of();
    }

    private Checked checked(String name, Class<?> type) {
        return new Checked(name, type, proxies.of(name), proxies.hiddenClassOf(name));
    }

    private Set<Problem> check(Collection<AnnotatedBeans> annotated) {
        Set<Problem> problems = new LinkedHashSet<>();
        List<Declaration> declarations =
                annotated.stream().flatMap(AnnotatedBeans::declarations).toList();
        pipelines.add(declarations);
        // Annotations with settings first, so that the order relative to those that only name an instance is
        // irrelevant.
        for (Declaration declaration : declarations) {
            if (!declaration.settings().isEmpty()) {
                Problem.collect(problems, () -> pipelines.obtain(declaration));
            }
        }
        MethodCheck methods = new MethodCheck(pipelines, reach, new ForeignAdvice(beans, environment), problems::add);
        annotated.forEach(methods::check);
        annotated.forEach(each -> KnownAnnotations.forget(each.type()));
        return problems;
    }

    private record Checked(
            String name,
            Class<?> type,
            Proxying proxying,
            @Nullable Class<?> hidden) {}
}
