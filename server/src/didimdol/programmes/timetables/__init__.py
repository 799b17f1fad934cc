"""What every timetable of people has: hours and slots, absences, calendar files, a proposal that is looked at first."""
