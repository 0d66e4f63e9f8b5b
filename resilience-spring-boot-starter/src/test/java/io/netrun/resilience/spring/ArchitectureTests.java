package io.netrun.resilience.spring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.Set;
import java.util.function.Predicate;

@AnalyzeClasses(packages = "io.netrun.resilience.spring", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

    private static final String BASE = "io.netrun.resilience.spring.";

    private static final Set<String> SPRING_CLOUDS = Set.of("circuit-breaker", "timeout");

    private static String[] packages(Predicate<PatternDescriptor<?, ?>> ofWhat) {
        return PatternDescriptors.all().stream()
                .filter(ofWhat)
                .map(pattern -> pattern.type().policyClass().getPackageName() + "..")
                .toArray(String[]::new);
    }

    @ArchTest
    static final ArchRule roomsAreEnteredFromAboveOnly = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("autoconfigure")
            .definedBy(BASE + "autoconfigure")
            .layer("startup")
            .definedBy(BASE + "startup")
            .layer("aop")
            .definedBy(BASE + "aop")
            .layer("observation")
            .definedBy(BASE + "observation")
            .layer("actuate")
            .definedBy(BASE + "actuate")
            .layer("dashboard")
            .definedBy(BASE + "dashboard")
            .layer("metrics")
            .definedBy(BASE + "metrics")
            .layer("event")
            .definedBy(BASE + "event")
            .layer("fleet")
            .definedBy(BASE + "fleet")
            .layer("listener")
            .definedBy(BASE + "listener")
            .layer("cloud")
            .definedBy(BASE + "cloud")
            .layer("http")
            .definedBy(BASE + "http")
            .layer("web")
            .definedBy(BASE + "web")
            .layer("method")
            .definedBy(BASE + "method")
            .layer("settings")
            .definedBy(BASE + "settings")
            .layer("pattern")
            .definedBy(BASE + "pattern")
            .layer("mapping")
            .definedBy(BASE + "mapping")
            .layer("problem")
            .definedBy(BASE + "problem")
            .whereLayer("autoconfigure")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("startup")
            .mayOnlyBeAccessedByLayers("autoconfigure")
            .whereLayer("aop")
            .mayOnlyBeAccessedByLayers("autoconfigure", "observation")
            .whereLayer("observation")
            .mayOnlyBeAccessedByLayers("autoconfigure")
            .whereLayer("actuate")
            .mayOnlyBeAccessedByLayers("autoconfigure")
            .whereLayer("dashboard")
            .mayOnlyBeAccessedByLayers("autoconfigure")
            .whereLayer("metrics")
            .mayOnlyBeAccessedByLayers("autoconfigure")
            .whereLayer("event")
            .mayOnlyBeAccessedByLayers("autoconfigure", "actuate")
            .whereLayer("fleet")
            .mayOnlyBeAccessedByLayers("autoconfigure", "actuate", "startup")
            .whereLayer("listener")
            .mayOnlyBeAccessedByLayers("autoconfigure")
            .whereLayer("cloud")
            .mayOnlyBeAccessedByLayers("autoconfigure")
            .whereLayer("http")
            .mayOnlyBeAccessedByLayers("autoconfigure")
            .whereLayer("web")
            .mayOnlyBeAccessedByLayers("autoconfigure")
            .whereLayer("method")
            .mayOnlyBeAccessedByLayers("autoconfigure", "startup", "aop", "actuate", "observation", "web")
            .whereLayer("settings")
            .mayOnlyBeAccessedByLayers("autoconfigure", "startup", "method", "actuate", "http", "cloud", "listener")
            .whereLayer("mapping")
            .mayNotAccessAnyLayer()
            .whereLayer("problem")
            .mayNotAccessAnyLayer();

    @ArchTest
    static final ArchRule onlyTheDescriptorsKnowThePatterns = noClasses()
            .that()
            .resideOutsideOfPackages(BASE + "pattern", BASE + "autoconfigure", BASE + "cloud", BASE + "listener")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(packages(pattern -> true));

    @ArchTest
    static final ArchRule listenersKnowTheCircuitBreakerAlone = noClasses()
            .that()
            .resideInAPackage(BASE + "listener")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(packages(pattern -> !pattern.key().equals("circuit-breaker")));

    @ArchTest
    static final ArchRule onlyListenersKnowBrokers = noClasses()
            .that()
            .resideOutsideOfPackages(BASE + "listener", BASE + "autoconfigure")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.kafka..", "org.springframework.amqp..");

    /** Spring Cloud's contract is about a circuit breaker with a time limit, and about no other pattern. */
    @ArchTest
    static final ArchRule springCloudKnowsTwoPatterns = noClasses()
            .that()
            .resideInAPackage(BASE + "cloud")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(packages(pattern -> !SPRING_CLOUDS.contains(pattern.key())));

    @ArchTest
    static final ArchRule onlyCloudKnowsSpringCloud = noClasses()
            .that()
            .resideOutsideOfPackages(BASE + "cloud", BASE + "autoconfigure")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.cloud..");

    @ArchTest
    static final ArchRule onlyMetricsAndObservationsKnowMicrometer = noClasses()
            .that()
            .resideOutsideOfPackages(BASE + "metrics", BASE + "observation", BASE + "autoconfigure")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer..");

    /** The page gets everything through the JSON. */
    @ArchTest
    static final ArchRule dashboardKnowsNothingOfTheRest = noClasses()
            .that()
            .resideInAPackage(BASE + "dashboard")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.netrun.resilience", BASE + "actuate", BASE + "method", BASE + "pattern", BASE + "settings");

    @ArchTest
    static final ArchRule onlyEndpointsKnowActuator = noClasses()
            .that()
            .resideOutsideOfPackages(BASE + "actuate", BASE + "dashboard", BASE + "autoconfigure")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.boot.actuate..", "org.springframework.boot.health..");

    @ArchTest
    static final ArchRule onlyWhatIsLoadedForReactiveCallsKnowsReactor = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(BASE + "aop.ReactiveCall")
            .and()
            .haveNameNotMatching(
                    ".*\\.http\\.(ResilienceExchangeFilter|WebExchange|WebAttempt|OneShotBodyDetector)(\\$.*)?")
            .and()
            .haveNameNotMatching(".*\\.(actuate\\.EndpointWebFilter|web\\.RateLimitWebFilter)(\\$.*)?")
            .and()
            .haveNameNotMatching(
                    ".*\\.cloud\\.(ReactiveResilienceCircuitBreakerFactory|GatewayCircuitBreakerFilterFactory)(\\$.*)?")
            .and()
            .resideOutsideOfPackage(BASE + "autoconfigure")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("reactor..", "org.reactivestreams..", "io.netrun.resilience.reactor");

    @ArchTest
    static final ArchRule classesAreFinalOrMadeForExtension = classes()
            .that()
            .areTopLevelClasses()
            .and()
            .areNotInterfaces()
            .and()
            .areNotEnums()
            .should()
            .haveModifier(JavaModifier.FINAL)
            .orShould()
            .haveModifier(JavaModifier.ABSTRACT);
}
