package io.netrun.resilience.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;

/**
 * A Spring Boot application with one of the libraries, or with none, and generated beans; the other library's
 * auto-configurations are left out. Started by {@link StartUp}, it reports what that took.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class StartedApplication {

    public static void main(String[] arguments) throws ReflectiveOperationException, java.io.IOException {
        StartUp.Library library = StartUp.Library.valueOf(arguments[0]);
        int methods = Integer.parseInt(arguments[1]);
        List<Class<?>> beans = new ArrayList<>();
        for (int bean = 0; bean < methods / StartUp.METHODS_PER_BEAN; bean++) {
            beans.add(Class.forName(library.beanName(bean)));
        }
        try (ConfigurableApplicationContext context =
                application(library, beans).run()) {
            double started = sinceStart();
            for (Class<?> type : beans) {
                callAll(context.getBean(type), type, library);
            }
            double ready = sinceStart();
            double cpu = cpuMillis();
            double mainCpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e6;
            int classes = ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
            var start = new StartUp.Start(library.name(), methods, started, ready, cpu, mainCpu, usedBytes(), classes);
            System.out.println(new ObjectMapper().writeValueAsString(start));
        }
    }

    private static SpringApplicationBuilder application(StartUp.Library library, List<Class<?>> beans) {
        String excluded = String.join(",", others(library));
        return new SpringApplicationBuilder(StartedApplication.class)
                .web(WebApplicationType.NONE)
                .properties(
                        "spring.main.banner-mode=off",
                        "logging.level.root=error",
                        "management.prometheus.metrics.export.enabled=false",
                        "spring.autoconfigure.exclude=" + excluded)
                .initializers(
                        context -> beans.forEach(type -> ((GenericApplicationContext) context).registerBean(type)));
    }

    private static List<String> others(StartUp.Library library) {
        List<StartUp.Library> others = Stream.of(StartUp.Library.NETRUN, StartUp.Library.RESILIENCE4J)
                .filter(other -> other != library)
                .toList();
        return StreamSupport.stream(
                        ImportCandidates.load(AutoConfiguration.class, null).spliterator(), false)
                .filter(name -> others.stream().anyMatch(other -> name.startsWith(other.home)))
                .toList();
    }

    private static void callAll(Object bean, Class<?> type, StartUp.Library library)
            throws ReflectiveOperationException {
        boolean plain = library == StartUp.Library.NONE;
        Checks.require(AopUtils.isAopProxy(bean) != plain, "a bean is protected exactly if there is a library");
        for (int method = 0; method < StartUp.METHODS_PER_BEAN; method++) {
            Object result = type.getMethod("call" + method, Object.class).invoke(bean, type);
            Checks.require(result == type, "the call's result comes back");
        }
    }

    private static double sinceStart() {
        return System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
    }

    /** Of all threads, those that compile included, so that it depends less on what else the machine does. */
    private static double cpuMillis() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return system.getProcessCpuTime() / 1e6;
    }

    private static double usedBytes() {
        long[] readings = new long[3];
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < readings.length; i++) {
            System.gc();
            readings[i] = runtime.totalMemory() - runtime.freeMemory();
        }
        return Arrays.stream(readings).min().orElseThrow();
    }
}
