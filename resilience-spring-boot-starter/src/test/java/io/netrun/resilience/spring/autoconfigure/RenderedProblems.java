package io.netrun.resilience.spring.autoconfigure;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netrun.resilience.spring.actuate.ResilienceEndpoint;
import io.netrun.resilience.spring.autoconfigure.MisconfiguredBeans.Asynchronous;
import io.netrun.resilience.spring.autoconfigure.MisconfiguredBeans.Contradicted;
import io.netrun.resilience.spring.autoconfigure.MisconfiguredBeans.Contradicting;
import io.netrun.resilience.spring.autoconfigure.MisconfiguredBeans.Disordered;
import io.netrun.resilience.spring.autoconfigure.MisconfiguredBeans.FallbackOfNobody;
import io.netrun.resilience.spring.autoconfigure.MisconfiguredBeans.FinalMethod;
import io.netrun.resilience.spring.autoconfigure.MisconfiguredBeans.Mismatched;
import io.netrun.resilience.spring.autoconfigure.MisconfiguredBeans.MisspeltFallback;
import io.netrun.resilience.spring.autoconfigure.MisconfiguredBeans.OutOfRange;
import io.netrun.resilience.spring.autoconfigure.MisconfiguredBeans.PaymentClient;
import io.netrun.resilience.spring.autoconfigure.MisconfiguredBeans.PrivateMethod;
import io.netrun.resilience.spring.autoconfigure.MisconfiguredBeans.SharedTimeout;
import io.netrun.resilience.spring.autoconfigure.MisconfiguredBeans.StaticMethod;
import io.netrun.resilience.spring.autoconfigure.MisconfiguredBeans.UnfitFallback;
import io.netrun.resilience.spring.autoconfigure.MisconfiguredBeans.UnresolvedPlaceholder;
import io.netrun.resilience.spring.autoconfigure.MisconfiguredBeans.UnsupportedReturn;
import io.netrun.resilience.spring.startup.StartupCheck;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What an application with something wrong prints when it starts, and what its endpoint answers. */
final class RenderedProblems {

    private static final String BEANS = MisconfiguredBeans.class.getName() + "$";
    private static final ApplicationContextRunner RUNNER = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceEndpointAutoConfiguration.class))
            .withPropertyValues(
                    "management.endpoints.web.exposure.include=resilience",
                    "management.endpoint.resilience.access=UNRESTRICTED");

    private RenderedProblems() {}

    /** By the name that the page has for each. */
    static Map<String, Supplier<String>> all() {
        Map<String, Supplier<String>> all = new LinkedHashMap<>();
        all.put("hidden-methods", () -> failure(List.of(FinalMethod.class, PrivateMethod.class, StaticMethod.class)));
        all.put("no-weaver", () -> failure("resilience.advice-mode=aspectj"));
        all.put("return-type", () -> failure(List.of(UnsupportedReturn.class)));
        all.put("fallback-missing", () -> failure(List.of(MisspeltFallback.class)));
        all.put("fallback-unfit", () -> failure(List.of(UnfitFallback.class)));
        all.put("fallback-bean", () -> {
            ApplicationContextRunner runner = RUNNER.withBean("catalogArchive", PaymentClient.class);
            return failure(runner, List.of(FallbackOfNobody.class));
        });
        all.put("unknown-instance", () -> failure("resilience.retry.instances.paymnets.max-attempts=4"));
        all.put("unused-instance", () -> logged("resilience.retry.instances.warehouse.max-attempts=4"));
        all.put(
                "unknown-key",
                () -> failure(
                        "resilience.retry.defaults.max-atempts=4", "resilience.circut-breaker.defaults.enabled=true"));
        all.put(
                "unreadable",
                () -> failure(
                        "resilience.retry.instances.payments.base-delay=soon",
                        "resilience.retry.instances.payments.max-attempts=many",
                        "resilience.retry.instances.payments.on-exhausted=explode",
                        "resilience.retry.instances.payments.exceptions=java.io.IOExeption"));
        all.put("negative-duration", () -> failure("resilience.retry.instances.payments.base-delay=-1s"));
        all.put("zero-attempts", () -> failure("resilience.retry.instances.payments.max-attempts=0"));
        all.put("default-does-not-go-with-it", () -> failure("resilience.retry.instances.payments.base-delay=1m"));
        all.put("out-of-range-annotation", () -> failure(List.of(OutOfRange.class)));
        all.put(
                "unknown-base",
                () -> failure(
                        "resilience.retry.instances.payments.base=slow-service",
                        "resilience.retry.bases.slow-services.max-attempts=5"));
        all.put("unused-base", () -> logged("resilience.retry.bases.slow-services.max-attempts=5"));
        all.put("placeholder", () -> failure(List.of(UnresolvedPlaceholder.class)));
        all.put("contradicting-annotations", () -> failure(List.of(Contradicting.class, Contradicted.class)));
        all.put("shared-timeout", () -> failure(List.of(SharedTimeout.class)));
        all.put("order", () -> failure("resilience.order=circuit-braker,retry"));
        all.put("order-of-a-method", () -> failure(List.of(Disordered.class)));
        all.put("sums", () -> logged(RUNNER, List.of(Mismatched.class)));
        all.put("worker-without-effect", () -> logged(RUNNER, List.of(Asynchronous.class)));
        all.put(
                "validation-warn",
                () -> logged("resilience.validation=warn", "resilience.retry.instances.paymnets.max-attempts=4"));
        all.put("endpoint-unknown-name", () -> answer(endpoint -> endpoint.instance("retry", "paymets")));
        all.put("endpoint-unknown-pattern", () -> answer(endpoint -> endpoint.ofPattern("retries")));
        all.put("endpoint-unknown-action", () -> post("circuit-breaker", "open", null));
        all.put("endpoint-no-action", () -> post("circuit-breaker", null, null));
        all.put("endpoint-unknown-setting", () -> post("retry", null, "attempts=4"));
        all.put("endpoint-unreadable", () -> post("retry", null, "maxAttempts=many"));
        all.put("endpoint-out-of-range", () -> post("retry", null, "maxAttempts=0"));
        return all;
    }

    private static String failure(String... properties) {
        return failure(RUNNER.withPropertyValues(properties), List.of(PaymentClient.class));
    }

    private static String failure(List<Class<?>> beans) {
        return failure(RUNNER, beans);
    }

    private static String failure(ApplicationContextRunner runner, List<Class<?>> beans) {
        StringBuilder text = new StringBuilder();
        with(runner, beans).run(context -> {
            FailureAnalysis analysis = new ResilienceFailureAnalyzer().analyze(context.getStartupFailure());
            text.append("Description:\n\n")
                    .append(analysis.getDescription())
                    .append("\n\nAction:\n\n")
                    .append(analysis.getAction());
        });
        return forPeople(text.toString());
    }

    private static String logged(String... properties) {
        return logged(RUNNER.withPropertyValues(properties), List.of(PaymentClient.class));
    }

    private static String logged(ApplicationContextRunner runner, List<Class<?>> beans) {
        Logger logger = (Logger) LoggerFactory.getLogger(StartupCheck.class);
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        appender.start();
        logger.addAppender(appender);
        try {
            with(runner, beans).run(context -> context.getBean(ResilienceEndpoint.class));
        } finally {
            logger.detachAppender(appender);
        }
        return forPeople(appender.list.stream()
                .map(event -> event.getLevel() + "  " + event.getFormattedMessage())
                .collect(Collectors.joining("\n")));
    }

    private static String post(String pattern, String action, String settings) {
        return answer(endpoint ->
                endpoint.act(pattern, "payments", action, settings, null, null, null, null, SecurityContext.NONE));
    }

    private static String answer(Function<ResilienceEndpoint, WebEndpointResponse<Map<String, Object>>> request) {
        StringBuilder text = new StringBuilder();
        with(RUNNER, List.of(PaymentClient.class)).run(context -> {
            var response = request.apply(context.getBean(ResilienceEndpoint.class));
            text.append("HTTP ").append(response.getStatus());
            response.getBody().forEach((key, value) -> text.append("\n").append(key + ": " + value));
        });
        return text.toString();
    }

    private static ApplicationContextRunner with(ApplicationContextRunner runner, List<Class<?>> beans) {
        for (Class<?> bean : beans) {
            runner = runner.withBean(bean);
        }
        return runner;
    }

    /** The classes are called as a shop's, and the test's properties as those of its file. */
    private static String forPeople(String text) {
        return text.replace(BEANS, "com.shop.")
                .replaceAll(" \\(\"[^\"]*\" from property source \"test\"\\)", " (application.yml)")
                .replaceAll("(?m) +$", "");
    }
}
