package io.netrun.resilience.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.aop.support.AopUtils;

/**
 * As {@link AnnotatedBean}, but with the protection woven into the class instead of a proxy. The jar of the benchmarks
 * is AspectJ's agent, too, and is looked for from the root of the repository.
 */
@Fork(jvmArgsAppend = "-javaagent:benchmarks/target/benchmarks.jar")
public class WovenBean extends NanosPerCall {

    @Benchmark
    public Object netrunOne(One subject) {
        return subject.bean.call();
    }

    @Benchmark
    public Object netrunThree(Three subject) {
        return subject.bean.call();
    }

    @Benchmark
    public Object netrunThreeOfOneOfTwoApplications(ThreeBesideAnother subject) {
        return subject.bean.call();
    }

    public static class One extends AnnotatedBean.Application<Beans.NetrunOne> {

        @Setup
        public void setUp() {
            start(Beans.NetrunOne.class, "aspectj");
            Checks.require(!AopUtils.isAopProxy(bean), "the bean has no proxy");
            Checks.require(bean.call() == Beans.RESULT, "the call's result comes back");
            AnnotatedBean.requireSuccess(context, "one");
        }
    }

    public static class Three extends AnnotatedBean.Application<Beans.NetrunThree> {

        @Setup
        public void setUp() {
            start(Beans.NetrunThree.class, "aspectj");
            Checks.require(!AopUtils.isAopProxy(bean), "the bean has no proxy");
            Checks.require(bean.call() == Beans.RESULT, "the call's result comes back");
            AnnotatedBean.requireSuccess(context, "three");
        }
    }

    /** The bean of the application that started first, so that it has to be found among those of both. */
    public static class ThreeBesideAnother extends Three {

        private final Three other = new Three();

        @Override
        public void setUp() {
            super.setUp();
            other.setUp();
        }

        @TearDown
        public void stopOther() {
            other.stop();
        }
    }
}
