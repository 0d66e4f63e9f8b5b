package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.pattern.PipelineSlot;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.MergedAnnotations;

/**
 * Checks whether the annotated methods of beans are protected. Builds the pipelines of those that are, and reports the
 * others as problems.
 */
final class MethodCheck {

    private static final Logger log = LoggerFactory.getLogger(MethodCheck.class);

    private final MethodPipelines pipelines;
    private final Reach reach;
    private final BeanProxies proxies;
    private final ForeignAdvice foreign;
    private final Consumer<Problem> problems;

    /** The annotations whose limit of keys has been reported. */
    private final Set<String> withoutKey = new HashSet<>();

    /**
     * Creates the check.
     *
     * @param foreign finds what other libraries do to the same methods
     * @param problems called with each problem
     */
    MethodCheck(MethodPipelines pipelines, Reach reach, ForeignAdvice foreign, Consumer<Problem> problems) {
        this.pipelines = pipelines;
        this.reach = reach;
        this.proxies = reach.proxies();
        this.foreign = foreign;
        this.problems = problems;
    }

    void check(AnnotatedBeans beans) {
        for (String name : beans.names()) {
            beans.methods().keySet().forEach(method -> pipelines.add(name, method, beans.type()));
        }
        List<String> reached =
                beans.names().stream().filter(name -> isReached(name, beans)).toList();
        reached.forEach(name -> checkHidden(name, beans.type()));
        if (!reached.isEmpty()) {
            beans.methods().forEach((method, declarations) -> check(beans, reached, method, declarations));
        }
    }

    private void check(AnnotatedBeans beans, List<String> names, Method method, List<Declaration> declarations) {
        Map<Obstacle, Set<String>> obstacles = new LinkedHashMap<>();
        boolean reached = false;
        for (String name : names) {
            if (reach.mayBeOf(name, method, beans.type())) {
                Obstacle obstacle = reach.obstacle(name, method, beans.type());
                if (obstacle == null) {
                    reached = true;
                } else {
                    obstacles
                            .computeIfAbsent(obstacle, first -> new TreeSet<>())
                            .add(name);
                }
            }
        }
        if (reached) {
            check(beans, method, declarations, null, Set.of());
        }
        for (Map.Entry<Obstacle, Set<String>> each : obstacles.entrySet()) {
            boolean ofAll = !reached && obstacles.size() == 1;
            check(beans, method, declarations, each.getKey(), ofAll ? Set.of() : each.getValue());
        }
    }

    /** The annotations of a bean's class, if the proxy is around an object that hides it. */
    private void checkHidden(String name, Class<?> visible) {
        Class<?> hidden = proxies.hiddenClassOf(name);
        Obstacle obstacle = Proxying.HIDDEN.obstacle();
        if (hidden == null || obstacle == null) {
            return;
        }
        Map<Method, List<Declaration>> lost = pipelines.hiddenAnnotations(hidden, visible);
        if (!lost.isEmpty()) {
            lost.values().forEach(pipelines::name);
            problems.accept(Problem.tolerable(
                    hidden.getName() + ": the annotations of methods (" + names(lost.keySet())
                            + ") have no effect, because bean '" + name + "' " + obstacle.reason()
                            + ", which shows the annotations of " + shown(visible) + " only",
                    obstacle.remedy() + ", or move the annotations there"));
        }
    }

    private static String names(Collection<Method> methods) {
        return methods.stream().map(Method::getName).distinct().sorted().collect(Collectors.joining(", "));
    }

    /** The interfaces of a generated class, whose own name means nothing. */
    private static String shown(Class<?> visible) {
        return Proxy.isProxyClass(visible)
                ? Arrays.stream(visible.getInterfaces())
                        .filter(each -> !each.getName().startsWith("org.springframework."))
                        .map(Class::getName)
                        .collect(Collectors.joining(", "))
                : visible.getName();
    }

    private boolean isReached(String name, AnnotatedBeans beans) {
        // Also if a later object is of another class by now.
        proxies.everOf(name, beans.type())
                .forEach(each -> reportUnprotected(name, beans, each, each == Proxying.HANDED_OVER));
        if (beans.methods().keySet().stream().noneMatch(method -> reach.mayBeOf(name, method, beans.type()))) {
            return false; // its definition has another class, which is checked instead
        }
        Proxying now = proxies.of(name);
        if (now == Proxying.UNKNOWN) {
            now = proxies.expected(name, beans.type());
            reportUnprotected(name, beans, now, true); // it may never be created
        }
        return now.obstacle() == null;
    }

    private void reportUnprotected(String name, AnnotatedBeans beans, Proxying proxying, boolean harmless) {
        Obstacle obstacle = proxying.obstacle();
        if (obstacle == null) {
            return;
        }
        beans.methods().values().forEach(pipelines::name);
        Problem problem = Problem.tolerable(
                beans.type().getName() + ": annotated methods ("
                        + names(beans.methods().keySet()) + ") run unprotected, because bean '" + name + "' "
                        + obstacle.reason(),
                obstacle.remedy());
        if (harmless) {
            warn(problem);
        } else {
            problems.accept(problem);
        }
    }

    private @Nullable Obstacle ofCallback(Method method, AnnotatedBeans beans) {
        return reach.mode() == AdviceMode.PROXY ? Callbacks.obstacle(method, beans) : Callbacks.ofEnd(method, beans);
    }

    private void check(
            AnnotatedBeans beans,
            Method method,
            List<Declaration> declarations,
            @Nullable Obstacle ofProxy,
            Set<String> names) {
        Class<?> type = UserClasses.of(method, beans.type());
        boolean atMethod = Declaration.isAtMethod(method, type);
        Obstacle obstacle = ofProxy == null && atMethod ? ofCallback(method, beans) : ofProxy;
        boolean isBeyond = obstacle != null
                && !atMethod
                && (obstacle.equals(Visibility.IN_NO_INTERFACE)
                        || isInheritedByTheAnnotatedClass(method, type, declarations));
        if (!isBeyond) {
            pipelines.name(declarations);
        }
        if (obstacle == null) {
            declarations.forEach(declaration -> {
                Problem ambiguous = AmbiguousAnnotations.of(declaration.slot(), method, type);
                if (ambiguous != null) {
                    problems.accept(ambiguous);
                }
                warnOfLimitWithoutKey(declaration);
            });
            try {
                MethodPipeline pipeline = pipelines.check(method, beans.type());
                Problem twice = foreign.warning(
                        method, type, declarations, pipeline.pipeline().policies());
                if (twice != null) {
                    warn(twice);
                }
            } catch (ResilienceConfigurationException e) {
                e.problems().forEach(problems);
            }
        } else if (atMethod && obstacle.equals(Visibility.IN_NO_INTERFACE)) {
            warn(unprotected(type, method, names, declarations, obstacle)); // only the bean itself can call it
        } else if (atMethod) {
            problems.accept(unprotected(type, method, names, declarations, obstacle));
        } else if (isBeyond) {
            log.debug(
                    "{}.{} is not covered by the annotation of the class, since it {}",
                    type.getName(),
                    method.getName(),
                    obstacle.reason());
        } else if (reach.mode() == AdviceMode.PROXY) {
            warn(unprotected(type, method, names, declarations, obstacle));
        } else {
            problems.accept(unprotected(type, method, names, declarations, obstacle));
        }
    }

    private void warn(Problem problem) {
        if (pipelines.isNew(problem)) {
            log.warn("{}. {}.", problem.description(), problem.remedy());
        }
    }

    /** Once for an annotation of a class, whatever methods it covers. */
    private void warnOfLimitWithoutKey(Declaration declaration) {
        if (declaration.maxKeys() == null || declaration.isKeyed()) {
            return;
        }
        String title = declaration.slot().title() + " of " + declaration.location();
        if (withoutKey.add(title)) {
            log.warn(
                    "{}: maxKeys is {}, but has no effect, because the annotation has no key."
                            + " Add one, such as key = \"#tenantId\", or remove maxKeys.",
                    title,
                    declaration.maxKeys());
        }
    }

    static Problem unprotected(Class<?> type, Method method, List<Declaration> declarations, Obstacle obstacle) {
        return unprotected(type, method, Set.of(), declarations, obstacle);
    }

    /**
     * The problem of an annotated method.
     *
     * @param names the beans that have it; empty if all have
     */
    private static Problem unprotected(
            Class<?> type, Method method, Set<String> names, List<Declaration> declarations, Obstacle obstacle) {
        String ofBeans = names.isEmpty()
                ? ""
                : names.stream()
                        .map(name -> "'" + name + "'")
                        .collect(Collectors.joining(", ", names.size() == 1 ? " of bean " : " of the beans ", ""));
        return Problem.tolerable(
                type.getName() + "." + UserClasses.name(method, type) + ofBeans + " is annotated with "
                        + declarations.get(0).slot().title() + ", but " + obstacle.reason(),
                obstacle.remedy() + ", or remove the annotation");
    }

    /** Inherited methods that cannot be protected are not covered by the annotation of a class. */
    private static boolean isInheritedByTheAnnotatedClass(
            Method method, Class<?> type, List<Declaration> declarations) {
        Class<?> annotated = annotatedClass(type, declarations);
        return annotated != null && !annotated.isAssignableFrom(method.getDeclaringClass());
    }

    private static @Nullable Class<?> annotatedClass(Class<?> type, List<Declaration> declarations) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            MergedAnnotations direct = MergedAnnotations.from(each);
            if (declarations.stream()
                    .map(Declaration::slot)
                    .map(PipelineSlot::annotation)
                    .anyMatch(direct::isPresent)) {
                return each;
            }
        }
        return null;
    }
}
