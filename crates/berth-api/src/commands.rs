//! The list of commands.

/// Calls `$then!` with every command as `name(Request) -> Response;`.
///
/// Each name is a method of [`crate::Berth`] that takes the request and gives
/// `Result<Response, berth_core::error::Error>`. No command takes a command line, a path to
/// execute, or gives a secret back.
#[macro_export]
macro_rules! for_each_command {
    ($then:ident) => {
        $then! {
            app_info(()) -> AppInfo;
            facts_get(()) -> Facts;
            facts_refresh(FactsRefresh) -> ();
            catalog_list(CatalogQuery) -> CatalogPage;
            catalog_reports(()) -> Vec<CatalogReport>;
            entry_get(EntryRequest) -> EntryPage;
            error_explain(ExplainRequest) -> Explained;
            source_find(SourceFind) -> SourcesFound;
            source_stop(()) -> ();
            source_env(SourceEnv) -> Option<EnvFound>;
            plan_preview(Choices) -> PlanPreview;
            install_start(InstallRequest) -> JobStarted;
            remove_preview(RemoveRequest) -> PlanPreview;
            remove_start(RemoveStart) -> JobStarted;
            connect_preview(PlaceRequest) -> PlanPreview;
            connect_start(PlaceStart) -> JobStarted;
            disconnect_preview(PlaceRequest) -> PlanPreview;
            disconnect_start(PlaceStart) -> JobStarted;
            verify_start(NameRequest) -> JobStarted;
            backup_preview(BackupRequest) -> PlanPreview;
            backup_start(BackupStart) -> JobStarted;
            restore_preview(BackupRequest) -> PlanPreview;
            restore_start(BackupStart) -> JobStarted;
            action_preview(ActionRequest) -> PlanPreview;
            action_start(ActionStart) -> JobStarted;
            job_cancel(JobRequest) -> ();
            job_list(()) -> Vec<Job>;
            job_get(JobRequest) -> JobPage;
            job_dismiss(JobRequest) -> ();
            installation_list(()) -> Vec<InstallationRow>;
            installation_get(NameRequest) -> InstallationPage;
            export_list(NameRequest) -> Vec<Exported>;
            export_save(ExportSave) -> Picked;
            services_start(NameRequest) -> ();
            services_stop(NameRequest) -> ();
            service_log(ServiceLogRequest) -> ServiceLog;
            log_read(LogRequest) -> LogPage;
            image_review(NameRequest) -> ImageReview;
            tool_call(ToolCallRequest) -> ToolCallAnswer;
            secret_list(()) -> Vec<SecretRow>;
            secret_set(SecretSet) -> ();
            secret_delete(SecretRef) -> ();
            vault_create(VaultPassphrase) -> ();
            vault_unlock(VaultPassphrase) -> ();
            client_list(()) -> Vec<ClientRow>;
            settings_get(()) -> Settings;
            settings_set(Settings) -> Settings;
            doctor_run(()) -> Vec<Check>;
            server_diagnose(NameRequest) -> Diagnosis;
            server_diagnose_stop(()) -> ();
            launcher_link(()) -> LauncherLinked;
            support_report(()) -> SupportReport;
            pick_folder(PickRequest) -> Picked;
            pick_file(PickRequest) -> Picked;
            pick_new_file(SaveRequest) -> Picked;
            link_open(LinkRequest) -> ();
        }
    };
}

macro_rules! names {
    ($($name:ident($request:ty) -> $response:ty;)*) => {
        /// The names of all commands, in the order of the list.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}
for_each_command!(names);
