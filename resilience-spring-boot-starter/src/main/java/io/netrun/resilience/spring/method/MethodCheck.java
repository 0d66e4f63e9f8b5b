package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.pattern.PipelineSlot;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
    private final AdviceMode adviceMode;
    private final BeanProxies proxies;
    private final Consumer<Problem> problems;

    /** The annotations whose limit of keys has been reported. */
    private final Set<String> withoutKey = new HashSet<>();

    /**
     * Creates the check.
     *
     * @param problems called with each problem
     */
    MethodCheck(MethodPipelines pipelines, AdviceMode adviceMode, BeanProxies proxies, Consumer<Problem> problems) {
        this.pipelines = pipelines;
        this.adviceMode = adviceMode;
        this.proxies = proxies;
        this.problems = problems;
    }

    void check(AnnotatedBeans beans) {
        List<String> reachedNames =
                beans.names().stream().filter(name -> isReached(name, beans)).toList();
        reachedNames.forEach(name -> checkHidden(name, beans.type()));
        List<Proxying> reached = reachedNames.stream().map(proxies::of).toList();
        if (!reached.isEmpty()) {
            boolean byInterfaces = reached.stream().allMatch(Proxying.BY_INTERFACES::equals);
            Class<?> proxy = beans.names().stream()
                    .map(proxies::proxyOf)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(beans.type());
            beans.methods().forEach((method, declarations) -> {
                Obstacle obstacle = adviceMode.obstacle(method, byInterfaces);
                if (obstacle == null && adviceMode == AdviceMode.PROXY) {
                    obstacle = byInterfaces
                            ? Visibility.ofInterfaces(method, beans.type(), proxy)
                            : Visibility.obstacle(method, proxy);
                }
                check(beans, method, declarations, obstacle);
            });
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
        Proxying proxying = proxies.of(name);
        Obstacle obstacle = proxying.obstacle();
        if (obstacle == null) {
            return true;
        }
        beans.methods().values().forEach(pipelines::name);
        String description = beans.type().getName() + ": annotated methods ("
                + names(beans.methods().keySet()) + ") run unprotected, because bean '" + name + "' "
                + obstacle.reason();
        if (proxying == Proxying.HANDED_OVER) {
            log.warn("{}. {}.", description, obstacle.remedy());
        } else {
            problems.accept(Problem.tolerable(description, obstacle.remedy()));
        }
        return false;
    }

    private void check(
            AnnotatedBeans beans, Method method, List<Declaration> declarations, @Nullable Obstacle ofProxy) {
        Class<?> type = UserClasses.of(method, beans.type());
        boolean atMethod = Declaration.isAtMethod(method, type);
        Obstacle obstacle = ofProxy == null && atMethod && adviceMode == AdviceMode.PROXY
                ? Callbacks.obstacle(method, beans)
                : ofProxy;
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
                pipelines.check(method, beans.type());
            } catch (ResilienceConfigurationException e) {
                e.problems().forEach(problems);
            }
        } else if (atMethod && obstacle.equals(Visibility.IN_NO_INTERFACE)) {
            warn(unprotected(type, method, declarations, obstacle)); // only the bean itself can call it
        } else if (atMethod) {
            problems.accept(unprotected(type, method, declarations, obstacle));
        } else if (isBeyond) {
            log.debug(
                    "{}.{} is not covered by the annotation of the class, since it {}",
                    type.getName(),
                    method.getName(),
                    obstacle.reason());
        } else if (adviceMode == AdviceMode.PROXY) {
            warn(unprotected(type, method, declarations, obstacle));
        } else {
            problems.accept(unprotected(type, method, declarations, obstacle));
        }
    }

    private static void warn(Problem problem) {
        log.warn("{}. {}.", problem.description(), problem.remedy());
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
        return Problem.tolerable(
                type.getName() + "." + method.getName() + " is annotated with "
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
