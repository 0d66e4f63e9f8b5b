package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent;
import io.netrun.resilience.circuitbreaker.CircuitBreakerMetrics;
import io.netrun.resilience.spring.ShopBeans.Warehouse;
import io.netrun.resilience.spring.ShopBeans.WarehouseClient;
import io.netrun.resilience.spring.actuate.ResilienceEndpoint;
import io.netrun.resilience.spring.pattern.FailedCall;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.io.IOException;
import java.net.ConnectException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeHint;
import org.springframework.aot.hint.predicate.ReflectionHintsPredicates;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/** An application that is processed ahead of time: the hints for a native image, and that the generated code runs. */
// The generated classes use what is visible in their package, so all have to have one class loader.
@CompileWithForkedClassLoader
class AheadOfTimeTests {

    private static final ReflectionHintsPredicates REFLECTION = RuntimeHintsPredicates.reflection();

    private static final String[] PROPERTIES = {
        "management.endpoints.web.exposure.include=resilience",
        "resilience.retry.instances.[WarehouseClient.reserve].exceptions=java.net.ConnectException",
        "resilience.circuit-breaker.defaults.ignore-exceptions=java.nio.file.NoSuchFileException",
    };

    /** With a fallback, and an exception that only the annotation names. */
    public static class Catalog {

        @Fallback(method = "cached")
        @Retry(maxAttempts = 2, baseDelay = "1ms", exceptions = IOException.class)
        @CircuitBreaker(failureThreshold = 50)
        public String load(String id) throws IOException {
            throw new IOException("down");
        }

        private String cached(String id) {
            return "cached " + id;
        }
    }

    /** Still has an annotation of resilience4j. */
    public static class Migrated {

        @io.github.resilience4j.retry.annotation.Retry(name = "migrated", fallbackMethod = "kept")
        public String load() {
            return "loaded";
        }

        private String kept(Exception failure) {
            return "kept";
        }
    }

    /** The argument whose property is the key. */
    public record Order(String customer) {}

    /** With an instance for each key. */
    public static class Keyed {

        @CircuitBreaker(name = "keyed", key = "#order.customer()")
        public String ship(Order order) {
            return "shipped to " + order.customer();
        }
    }

    /** A constant result with an object in it. */
    public record Offer(Price price, List<Note> notes) {}

    /** An object in a constant. */
    public record Price(int amount) {}

    /** An element of a list in a constant, with setters. */
    public static class Note {

        private String text = "";

        public String getText() {
            return text;
        }

        public void setText(String text) {
            this.text = text;
        }
    }

    /** With constants from the configuration. */
    public static class Offers {

        @Fallback(name = "offer")
        public Offer offer() {
            throw new IllegalStateException("down");
        }

        @Fallback(name = "later")
        public CompletableFuture<List<Price>> later() {
            return CompletableFuture.failedFuture(new IllegalStateException("down"));
        }
    }

    /** With a method in place of a constant. */
    public static class Replaced {

        @Fallback(method = "cheapest")
        public Price price() {
            throw new IllegalStateException("down");
        }

        private Price cheapest() {
            return new Price(1);
        }
    }

    private static final String[] CONSTANTS = {
        "resilience.fallback.instances.offer.value.price.amount=7",
        "resilience.fallback.instances.offer.value.notes[0].text=estimated",
        "resilience.fallback.instances.later.value[0].amount=8"
    };

    /** Cannot be protected. */
    public static class Sealed {

        @Retry
        public final String load() {
            return "loaded";
        }
    }

    /** Advice for all that is the library's, too. */
    @Configuration(proxyBeanMethods = false)
    public static class Advising {

        @Bean
        public static DefaultPointcutAdvisor everything() {
            NameMatchMethodPointcut all = new NameMatchMethodPointcut();
            all.setMappedName("*");
            all.setClassFilter(type -> type.getName().startsWith("io.netrun.resilience.") && type != Advising.class);
            return new DefaultPointcutAdvisor(all, (MethodInterceptor) MethodInvocation::proceed);
        }
    }

    /** With a bean that calls a protected method while it is created on another thread. */
    @Configuration(proxyBeanMethods = false)
    public static class Background {

        @Bean
        public ThreadPoolTaskExecutor bootstrapExecutor() {
            ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
            executor.setDaemon(true);
            return executor;
        }

        @Bean
        public Catalog catalog() {
            return new Catalog();
        }

        @Bean(bootstrap = Bean.Bootstrap.BACKGROUND)
        @DependsOn("catalog")
        public Warm warm(Catalog catalog) {
            return new Warm(load(catalog), Thread.currentThread().getName());
        }
    }

    /** What was loaded, and on which thread. */
    public record Warm(String value, String thread) {}

    @Test
    void hintsShouldHaveTheRecordsAndAnnotationsOfEveryPattern() {
        RuntimeHints hints = process().getRuntimeHints();
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            assertThat(REFLECTION
                            .onType(pattern.annotation())
                            .withMemberCategory(MemberCategory.INVOKE_DECLARED_METHODS))
                    .accepts(hints);
            assertThat(REFLECTION
                            .onType(pattern.type().defaults().getClass())
                            .withMemberCategories(
                                    MemberCategory.INVOKE_DECLARED_CONSTRUCTORS,
                                    MemberCategory.INVOKE_DECLARED_METHODS))
                    .accepts(hints);
        }
        for (Class<?> shown :
                List.of(CircuitBreakerMetrics.class, CircuitBreakerEvent.StateChanged.class, FailedCall.class)) {
            assertThat(REFLECTION.onType(shown).withMemberCategory(MemberCategory.INVOKE_DECLARED_METHODS))
                    .accepts(hints);
        }
    }

    @Test
    void hintsShouldHaveProtectedMethodsAndTheirFallbacks() {
        RuntimeHints hints = process(Catalog.class, WarehouseClient.class).getRuntimeHints();
        assertThat(isInvokable(hints, Catalog.class, "load")).isTrue();
        assertThat(isInvokable(hints, Catalog.class, "cached")).isTrue();
        assertThat(isInvokable(hints, WarehouseClient.class, "reserve")).isTrue();
        assertThat(isInvokable(hints, Warehouse.class, "reserve")).isTrue();
    }

    @Test
    void hintsShouldHaveWhatCompatibilityNeeds() {
        TestGenerationContext generated = new TestGenerationContext();
        processInto(generated, List.of(Migrated.class), "resilience.compatibility=resilience4j");
        RuntimeHints hints = generated.getRuntimeHints();
        assertThat(RuntimeHintsPredicates.resource().forResource("io/netrun/resilience/spring/mapping/mapping.table"))
                .accepts(hints);
        assertThat(REFLECTION
                        .onType(io.github.resilience4j.retry.annotation.Retry.class)
                        .withMemberCategory(MemberCategory.INVOKE_DECLARED_METHODS))
                .accepts(hints);
        assertThat(isInvokable(hints, Migrated.class, "load")).isTrue();
        assertThat(isInvokable(hints, Migrated.class, "kept")).isTrue();
    }

    @Test
    void hintsShouldHaveExceptionsThatConfigurationAndAnnotationsName() {
        RuntimeHints hints = process(Catalog.class, WarehouseClient.class).getRuntimeHints();
        assertThat(REFLECTION.onType(ConnectException.class)).accepts(hints);
        assertThat(REFLECTION.onType(java.nio.file.NoSuchFileException.class)).accepts(hints);
        assertThat(REFLECTION.onType(IOException.class)).accepts(hints);
    }

    @Test
    void hintsShouldHaveTheOperationsOfTheEndpoint() {
        RuntimeHints hints = process().getRuntimeHints();
        for (String operation : List.of("all", "ofPattern", "instance", "act")) {
            assertThat(isInvokable(hints, ResilienceEndpoint.class, operation)).isTrue();
        }
    }

    @Test
    void hintsShouldHaveTheArgumentsOfKeys() {
        RuntimeHints hints = process(Keyed.class).getRuntimeHints();
        assertThat(REFLECTION.onType(Order.class).withMemberCategory(MemberCategory.INVOKE_PUBLIC_METHODS))
                .accepts(hints);
    }

    @Test
    void hintsShouldHaveTheTypesOfNestedConstants() {
        TestGenerationContext generated = new TestGenerationContext();
        processInto(generated, List.of(Offers.class), CONSTANTS);
        RuntimeHints hints = generated.getRuntimeHints();
        for (Class<?> bound : List.of(Offer.class, Price.class, Note.class)) {
            assertThat(REFLECTION.onType(bound).withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS))
                    .accepts(hints);
        }
        assertThat(isInvokable(hints, Note.class, "setText")).isTrue();
        assertThat(isInvokable(hints, Note.class, "getText")).isTrue();
    }

    @Test
    void hintsShouldNotHaveResultsOfFallbackMethods() {
        TestGenerationContext generated = new TestGenerationContext();
        processInto(generated, List.of(Replaced.class));
        assertThat(generated.getRuntimeHints().reflection().getTypeHint(Price.class))
                .isNull();
    }

    @Test
    void generatedApplicationShouldHaveInstancesForKeys() {
        run(List.of(Keyed.class), context -> {
            context.refresh();
            assertThat(context.getBean(Keyed.class).ship(new Order("carol"))).isEqualTo("shipped to carol");
            assertThat(context.getBean(ResilienceEndpoint.class)
                            .instance("circuit-breaker", "keyed:carol")
                            .getStatus())
                    .isEqualTo(200);
        });
    }

    @Test
    void generatedApplicationShouldProtectItsMethods() {
        run(List.of(Catalog.class, WarehouseClient.class), context -> {
            context.refresh();
            assertThat(load(context.getBean(Catalog.class))).isEqualTo("cached 7");
            WarehouseClient warehouse = context.getBean(WarehouseClient.class);
            warehouse.failTimes(1);
            // The configuration lets a ConnectException be retried, and nothing else.
            assertThatThrownBy(warehouse::reserve).isInstanceOf(IOException.class);
            assertThat(warehouse.calls()).isEqualTo(1);
        });
    }

    @Test
    void generatedApplicationShouldShowItsInstancesAndMethods() {
        run(List.of(Catalog.class), context -> {
            context.refresh();
            ResilienceEndpoint endpoint = context.getBean(ResilienceEndpoint.class);
            assertThat((Map<?, ?>) endpoint.all().get("methods"))
                    .hasToString("{" + Catalog.class.getName() + ".load(String)=["
                            + "{pattern=fallback, name=Catalog.load}, {pattern=retry, name=Catalog.load},"
                            + " {pattern=circuit-breaker, name=Catalog.load}]}");
            assertThat(endpoint.instance("retry", "Catalog.load").getBody()).containsKeys("totalRetries", "settings");
        });
    }

    @Test
    void generatedApplicationShouldCheckItselfAtTheStart() {
        run(
                List.of(Sealed.class),
                context -> assertThatThrownBy(context::refresh)
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining("Sealed.load is annotated with @Retry, but is final"));
    }

    @Test
    void generatedApplicationShouldKeepAdviceOffOwnBeans() {
        run(List.of(Catalog.class, Advising.class), context -> {
            context.refresh();
            assertThat(load(context.getBean(Catalog.class))).isEqualTo("cached 7");
            assertThat(Stream.of(context.getBeanDefinitionNames())
                            .filter(name -> name.startsWith("resilience"))
                            .filter(name -> AopUtils.isAopProxy(context.getBean(name))))
                    .isEmpty();
        });
    }

    @Test
    void generatedApplicationShouldHaveBackgroundBeans() {
        run(List.of(Background.class), context -> {
            context.refresh();
            assertThat(context.getBean(Warm.class).value()).isEqualTo("cached 7");
            assertThat(context.getBean(Warm.class).thread()).startsWith("bootstrapExecutor");
        });
    }

    /** Spring Framework 6 and 7 have different predicates for it. */
    private static boolean isInvokable(RuntimeHints hints, Class<?> type, String method) {
        TypeHint hint = hints.reflection().getTypeHint(type);
        return hint != null
                && (hint.getMemberCategories().contains(MemberCategory.INVOKE_DECLARED_METHODS)
                        || hint.methods()
                                .anyMatch(each ->
                                        each.getName().equals(method) && each.getMode() == ExecutableMode.INVOKE));
    }

    private static String load(Catalog catalog) {
        try {
            return catalog.load("7");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TestGenerationContext process(Class<?>... beans) {
        TestGenerationContext generated = new TestGenerationContext();
        processInto(generated, List.of(beans));
        return generated;
    }

    private static void processInto(TestGenerationContext generated, List<Class<?>> beans, String... more) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        TestPropertyValues.of(PROPERTIES).and(more).applyTo(context);
        beans.forEach(context::registerBean);
        context.register(
                PropertyPlaceholderAutoConfiguration.class,
                ResilienceAutoConfiguration.class,
                ResilienceEndpointAutoConfiguration.class);
        try {
            new ApplicationContextAotGenerator().processAheadOfTime(context, generated);
        } finally {
            generated.writeGeneratedContent();
        }
    }

    /** With the context that the generated code has set up, not yet refreshed. */
    private static void run(List<Class<?>> beans, Consumer<GenericApplicationContext> test) {
        TestGenerationContext generated = new TestGenerationContext();
        processInto(generated, beans);
        TestCompiler.forSystem().with(generated).compile(compiled -> {
            @SuppressWarnings("unchecked") // what the generator makes
            ApplicationContextInitializer<GenericApplicationContext> initializer =
                    compiled.getInstance(ApplicationContextInitializer.class);
            try (GenericApplicationContext context = new GenericApplicationContext()) {
                TestPropertyValues.of(PROPERTIES).applyTo(context);
                initializer.initialize(context);
                test.accept(context);
            }
        });
    }
}
