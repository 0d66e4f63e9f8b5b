package io.netrun.resilience.spring.aop;

import io.netrun.resilience.annotation.AttemptTimeout;
import io.netrun.resilience.annotation.Timeout;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.Advisor;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds time limits without effect on what an {@code @Async} method does. A woven method that returns a future is an
 * asynchronous call, and its limit covers the future and not the body, which blocks the executor's thread.
 */
final class WovenAsyncMethods {

    private static final Logger log = LoggerFactory.getLogger(WovenAsyncMethods.class);

    private static final List<Class<? extends Annotation>> LIMITS = List.of(Timeout.class, AttemptTimeout.class);

    private WovenAsyncMethods() {}

    /** Logs a warning for each method of a proxied bean whose limit does not cover its body. */
    static void warn(Advised proxy) {
        List<Advisor> async = Stream.of(proxy.getAdvisors())
                .filter(advisor -> AdvisedProxies.isAdvice(advisor, ResilienceInterceptor.ASYNC))
                .toList();
        if (async.isEmpty()) {
            return;
        }
        Class<?> type = ClassUtils.getUserClass(AopProxyUtils.ultimateTargetClass(proxy));
        for (Method method : ReflectionUtils.getUniqueDeclaredMethods(type)) {
            if (returnsFuture(method) && async.stream().anyMatch(advisor -> matches(advisor, method, type))) {
                limit(method, type).forEach(limit -> warn(type, method, limit));
            }
        }
    }

    private static void warn(Class<?> type, Method method, Class<? extends Annotation> limit) {
        log.warn(
                "{}.{}: @{} does not limit what the @Async method does before it returns its future, because"
                        + " resilience.advice-mode is 'aspectj'. Move blocking code into a method without @Async that"
                        + " has the @{}, or set resilience.advice-mode to 'proxy'.",
                type.getName(),
                method.getName(),
                limit.getSimpleName(),
                limit.getSimpleName());
    }

    private static boolean returnsFuture(Method method) {
        return Future.class.isAssignableFrom(method.getReturnType())
                || CompletionStage.class.isAssignableFrom(method.getReturnType());
    }

    private static boolean matches(Advisor advisor, Method method, Class<?> type) {
        return !(advisor instanceof PointcutAdvisor some)
                || (AopUtils.canApply(some.getPointcut(), type)
                        && some.getPointcut().getMethodMatcher().matches(method, type));
    }

    private static Stream<Class<? extends Annotation>> limit(Method method, Class<?> type) {
        return LIMITS.stream()
                .filter(limit -> AnnotatedElementUtils.hasAnnotation(method, limit)
                        || AnnotatedElementUtils.hasAnnotation(type, limit));
    }
}
