package io.netrun.resilience;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

@AnalyzeClasses(packages = "io.netrun.resilience", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

    private static final String ROOT = "io.netrun.resilience";
    private static final String STATE_MACHINES =
            ".*\\.(circuitbreaker\\.(Circuit|CircuitState|Closed|Open|HalfOpen|ForcedOpen|Disabled|FailureDetector|FailureCount"
                    + "|SlidingWindow|CountWindow|TimeWindow|RunningCalls|TransitionAnnouncer)"
                    + "|retry\\.(RetrySequence|Backoff|RetryRules)|bulkhead\\.FairSemaphore|ratelimiter\\.TokenBucket)(\\$.*)?";

    @ArchTest
    static final ArchRule coreKnowsNoFramework = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework..", "jakarta..", "io.micrometer.core..");

    @ArchTest
    static final ArchRule onlyOnePackageKnowsReactor = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".reactor")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("reactor..", "org.reactivestreams..", ROOT + ".reactor");

    @ArchTest
    static final ArchRule rootKnowsNoPattern =
            noClasses().that().resideInAPackage(ROOT).should().dependOnClassesThat(resideInAnyPackage(ROOT + ".*.."));

    @ArchTest
    static final ArchRule patternsDoNotKnowEachOther =
            slices().matching(ROOT + ".(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule stateMachinesKnowNoThreadsAndNoFutures = noClasses()
            .that()
            .haveNameMatching(STATE_MACHINES)
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Future.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(CompletionStage.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Executor.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(LockSupport.class);

    /** These two report a missing thread to their caller; anywhere else the call would hang. */
    @ArchTest
    static final ArchRule tasksThatMustNotBeLostAreDispatched = noClasses()
            .that()
            .doNotHaveSimpleName("WorkerThreadCall")
            .and()
            .doNotHaveSimpleName("WorkerAttempt")
            .should()
            .callMethod(Workers.class, "execute", Runnable.class);

    @ArchTest
    static final ArchRule onlyTheSystemTickerReadsClocks = noClasses()
            .that()
            .doNotHaveSimpleName("SystemTicker")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class);

    @ArchTest
    static final ArchRule namesSayWhatThingsAre =
            noClasses().should().haveNameMatching(".*(Impl|Utils?|Helper|Common|Manager)");

    @ArchTest
    static final ArchRule publicClassesAreFinalOrMadeForExtension = classes()
            .that()
            .arePublic()
            .and()
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
