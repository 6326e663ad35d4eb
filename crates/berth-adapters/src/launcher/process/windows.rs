use std::io;
use std::process::Command;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::Console::SetConsoleCtrlHandler;
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation,
    SetInformationJobObject,
};
use windows_sys::Win32::System::Threading::GetCurrentProcess;
use windows_sys::core::BOOL;

/// Runs the server with the client's own handles and gives its exit code.
///
/// This process puts itself into a job before it starts the server, so that the server is in it
/// from its first moment. The job's only handle belongs to this process: however it ends, the
/// server and everything that it started end with it.
pub fn run_in_job(mut command: Command) -> io::Result<i32> {
    enter_job()?;
    leave_control_keys_to_the_server()?;
    let status = command.spawn()?.wait()?;
    Ok(status.code().unwrap_or(1))
}

fn check(result: BOOL) -> io::Result<()> {
    if result == 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

#[allow(unsafe_code)]
fn enter_job() -> io::Result<()> {
    // SAFETY: no attributes and no name are given.
    let job: HANDLE = unsafe { CreateJobObjectW(std::ptr::null(), std::ptr::null()) };
    if job.is_null() {
        return Err(io::Error::last_os_error());
    }
    let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    let size = u32::try_from(std::mem::size_of_val(&limits)).unwrap_or_default();
    // SAFETY: the pointer leads to the structure that this class of information asks for, its size
    // is given, and it lives for the call. The job's handle stays open until the process ends.
    check(unsafe {
        SetInformationJobObject(
            job,
            JobObjectExtendedLimitInformation,
            (&raw const limits).cast(),
            size,
        )
    })?;
    // SAFETY: both handles are open; the second is the constant one of this process.
    check(unsafe { AssignProcessToJobObject(job, GetCurrentProcess()) })
}

/// Ctrl-C in a console reaches the server as well; it decides, and this process ends with it.
#[allow(unsafe_code)]
fn leave_control_keys_to_the_server() -> io::Result<()> {
    unsafe extern "system" fn handled(_: u32) -> BOOL {
        1
    }
    // SAFETY: the function has the right form, touches nothing and lives as long as the process.
    check(unsafe { SetConsoleCtrlHandler(Some(handled), 1) })
}
